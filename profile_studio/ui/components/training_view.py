"""What a training sees of a picture: the very pixels, beside the picture they are cut from."""

import io

from PIL import Image

from profile_studio.domain.crops import CropMode
from profile_studio.domain.datasets import DatasetImage
from profile_studio.services.base_fit import BaseFit
from profile_studio.services.training import TrainingView
from profile_studio.ui.components.markup import as_source, escape, figure, figures, picture_source
from profile_studio.ui.texts import PicturesTexts, Texts, TrainTexts

_LARGEST_SHOWN_PX = 512


def training_view_html(image: DatasetImage, view: TrainingView, mode: CropMode, texts: PicturesTexts) -> str:
    """The picture with its crop drawn in, and what comes of it."""
    box, size = view.crop.box, view.crop.size
    frame = (
        f"left:{100 * box.left / image.width:.2f}%;top:{100 * box.top / image.height:.2f}%;"
        f"width:{100 * (box.right - box.left) / image.width:.2f}%;"
        f"height:{100 * (box.bottom - box.top) / image.height:.2f}%"
    )
    words = [texts.seen.format(width=size.width, height=size.height)]
    if view.method is not None:
        words.append(texts.enlarged_sharp if view.method is Image.Resampling.NEAREST else texts.enlarged_smooth)
    if mode is CropMode.FACE and image.face_box is None:
        words.append(texts.no_face)
    original = picture_source(image.path, max_side_px=_LARGEST_SHOWN_PX)
    return (
        f'<div class="training-view"><figure><div class="cut"><img src="{original}" '
        f'alt="{escape(image.caption or image.original_name)}"><span style="{frame}"></span></div>'
        f"<figcaption>{escape(texts.cut_from)}</figcaption></figure>"
        f'<figure><img src="{_lossless(view.versions[0])}" alt="{escape(words[0])}">'
        f"<figcaption>{escape(', '.join(words))}</figcaption></figure></div>"
    )


def versions_html(view: TrainingView, texts: TrainTexts) -> str:
    """Every version of a picture, as the training will be given them."""
    shown = [
        figure(_lossless(version), texts.version_of.format(number=number, n=len(view.versions)))
        for number, version in enumerate(view.versions, start=1)
    ]
    return figures(shown, "strip versions")


def _lossless(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=True, method=0)
    return as_source(buffer.getvalue(), "webp")


def fit_html(found: BaseFit, texts: Texts) -> str:
    """What the base keeps of the pictures, and the worst beside its return."""
    pair = [
        figure(f"data:image/webp;base64,{image}", caption)
        for image, caption in ((found.sent, texts.train.fit_sent), (found.returned, texts.train.fit_returned))
    ]
    return f"<p>{escape(texts.common.said(found.sentence))}</p>{figures(pair, 'strip')}"
