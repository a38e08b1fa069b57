"""Captions as fields beside small pictures."""

from html.parser import HTMLParser

from profile_studio.ui.components.caption_list import CaptionField, caption_list_html

FIELDS = [
    CaptionField("1f", "data:,", "\u201ca\u201d.png", 'a hat, "red" <b>'),
    CaptionField("2f", "data:,", "b.png", ""),
]


class Fields(HTMLParser):
    """What a browser makes of the fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.labels: dict[str | None, str] = {}
        self.captions: dict[str | None, str] = {}
        self.readonly: list[bool] = []
        self._into: tuple[dict[str | None, str], str | None] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._into = {"label": (self.labels, found.get("for")), "textarea": (self.captions, found.get("id"))}.get(tag)
        if tag == "textarea":
            self.readonly.append("readonly" in found)
            self.captions[found.get("id")] = ""

    def handle_data(self, data: str) -> None:
        if self._into:
            texts, key = self._into
            texts[key] = data

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._into = None


def test_each_field_holds_its_caption_and_is_called_by_its_file() -> None:
    shown = Fields(caption_list_html(FIELDS, "Captions", is_editable=True))
    assert list(shown.labels.values()) == ["\u201ca\u201d.png", "b.png"]
    assert list(shown.captions.values()) == ['a hat, "red" <b>', ""]
    assert shown.labels.keys() == shown.captions.keys()
    assert shown.readonly == [False, False]


def test_where_nothing_may_be_changed_fields_can_only_be_read() -> None:
    assert Fields(caption_list_html(FIELDS, "Captions", is_editable=False)).readonly == [True, True]


def test_showing_the_same_again_is_another_page_so_that_what_was_typed_gives_way() -> None:
    first, second = (caption_list_html(FIELDS, "Captions", is_editable=True) for _ in range(2))
    assert first != second
    assert Fields(first).captions == Fields(second).captions
