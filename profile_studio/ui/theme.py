"""Calm and bright: warm paper, one deep teal accent; the pictures bring the colour."""

from gradio.themes import Base, Color, sizes
from gradio.themes.utils.fonts import LocalFont

PAPER = Color(
    name="paper", c50="#fbfaf8", c100="#f5f3ef", c200="#e8e5de", c300="#d6d2c9", c400="#a8a399", c500="#78736a",
    c600="#5b564f", c700="#403c37", c800="#272522", c900="#1b1a18", c950="#121110",
)  # fmt: skip
ACCENT = Color(
    name="accent", c50="#effaf8", c100="#d6f2ed", c200="#aee4dc", c300="#7bd0c5", c400="#45b3a8", c500="#1f938a",
    c600="#0b766f", c700="#0c5f5a", c800="#0e4c49", c900="#0f3f3d", c950="#052625",
)  # fmt: skip


class StudioTheme(Base):
    """Text on paper and text on accent meet WCAG AA (4.5 : 1) in light and in dark."""

    def __init__(self) -> None:
        super().__init__(
            primary_hue=ACCENT,
            secondary_hue=ACCENT,
            neutral_hue=PAPER,
            spacing_size=sizes.spacing_lg,
            radius_size=sizes.radius_lg,
            text_size=sizes.text_md,
            # Bold instead of the usual semibold: Gradio ships that one with half of its letters missing.
            font=(LocalFont("IBM Plex Sans", weights=(400, 700)), "ui-sans-serif", "system-ui", "sans-serif"),
        )
        self.set(
            body_background_fill="*neutral_50",
            body_background_fill_dark="*neutral_950",
            body_text_color="*neutral_800",
            body_text_color_dark="*neutral_100",
            body_text_color_subdued="*neutral_600",
            body_text_color_subdued_dark="*neutral_400",
            background_fill_primary="white",
            background_fill_primary_dark="*neutral_900",
            background_fill_secondary="*neutral_50",
            background_fill_secondary_dark="*neutral_950",
            block_background_fill="white",
            block_background_fill_dark="*neutral_900",
            block_border_width="0px",
            block_border_width_dark="0px",
            block_shadow="none",
            block_title_text_weight="600",
            block_title_text_color="*neutral_800",
            block_title_text_color_dark="*neutral_100",
            block_title_background_fill="none",
            block_title_background_fill_dark="none",
            block_label_background_fill="none",
            block_label_background_fill_dark="none",
            block_label_border_width="0px",
            block_label_border_width_dark="0px",
            block_label_text_color="*neutral_600",
            block_label_text_color_dark="*neutral_400",
            block_info_text_color="*neutral_600",
            block_info_text_color_dark="*neutral_400",
            border_color_primary="*neutral_200",
            border_color_primary_dark="*neutral_800",
            color_accent="*primary_600",
            input_background_fill="white",
            input_background_fill_dark="*neutral_950",
            input_border_color="*neutral_300",
            input_border_color_dark="*neutral_700",
            input_border_color_focus="*primary_600",
            input_border_color_focus_dark="*primary_400",
            input_border_width="1px",
            input_placeholder_color="*neutral_500",
            input_placeholder_color_dark="*neutral_400",
            button_primary_background_fill="*primary_600",
            button_primary_background_fill_dark="*primary_600",
            button_primary_background_fill_hover="*primary_700",
            button_primary_background_fill_hover_dark="*primary_700",
            button_primary_text_color="white",
            button_primary_text_color_dark="white",
            button_secondary_background_fill="*neutral_100",
            button_secondary_background_fill_dark="*neutral_800",
            button_secondary_background_fill_hover="*neutral_200",
            button_secondary_background_fill_hover_dark="*neutral_700",
            button_secondary_text_color="*neutral_800",
            button_secondary_text_color_dark="*neutral_100",
            button_cancel_background_fill="#fde8e4",
            button_cancel_background_fill_dark="#4a1a12",
            button_cancel_background_fill_hover="#fbd5cd",
            button_cancel_background_fill_hover_dark="#5e2218",
            button_cancel_text_color="#8f2413",
            button_cancel_text_color_dark="#ffd9d1",
            checkbox_label_background_fill="*neutral_100",
            checkbox_label_background_fill_dark="*neutral_800",
            checkbox_label_background_fill_hover="*neutral_200",
            checkbox_label_background_fill_hover_dark="*neutral_700",
            checkbox_label_background_fill_selected="*primary_600",
            checkbox_label_background_fill_selected_dark="*primary_600",
            checkbox_label_text_color_selected="white",
            checkbox_label_text_color_selected_dark="white",
            checkbox_label_border_width="0px",
            slider_color="*primary_600",
            slider_color_dark="*primary_400",
            loader_color="*primary_600",
            link_text_color="*primary_700",
            link_text_color_dark="*primary_300",
        )
