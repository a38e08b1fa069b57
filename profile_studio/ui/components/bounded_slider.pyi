"""A slider that takes what is typed beside it."""

import gradio as gr

from gradio.events import Dependency

class BoundedSlider(gr.Slider):
    """A slider whose bounds hold for a typed number too, without a complaint.

    Gradio 6.31 sends a number beyond the bounds to the server before it corrects it on the page; its own slider
    answers that with an error in English.
    """

    is_template = True  # drawn by Gradio's slider

    def preprocess(self, payload: float) -> float:
        return super().preprocess(min(max(payload, self.minimum), self.maximum))
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block

    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component
