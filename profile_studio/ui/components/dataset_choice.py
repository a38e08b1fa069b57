"""Which set: a list that changes while it is open."""

from typing import Any

import gradio as gr


def dataset_choice(label: str, **options: Any) -> gr.Dropdown:
    """An empty choice of a set.

    A set may be deleted, here or in another window, while an answer with its name is on its way. Gradio would refuse it
    in English, in a corner, with the list of values; this lets it through to the handlers, who say that it is gone.
    """
    return gr.Dropdown([], label=label, allow_custom_value=True, **options)
