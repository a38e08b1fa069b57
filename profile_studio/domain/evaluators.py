"""The networks that measure or describe pictures and do not ship: what each is for, and where it is fetched from."""

from collections.abc import Collection
from dataclasses import dataclass

from profile_studio.domain.errors import InvalidSettings

INCEPTION_FILE = "inception-2015-12-05.pt"
SAFETENSORS = "model.safetensors"
PICKLE = "pytorch_model.bin"


@dataclass(frozen=True)
class Address:
    """A file that lies on no hub; its hash pins it as a commit pins a model's."""

    url: str
    sha256: str
    n_bytes: int


@dataclass(frozen=True)
class Evaluator:
    """One network.

    Args:
        name: what commands call it, and its folder among the evaluators.
        weights: the file without which the folder is none of it.
        hub_id: where its files are fetched from, in transformers layout; empty where `address` says it.
        licence: as its authors name it.
    """

    name: str
    title: str
    used_for: str
    licence: str
    weights: str = SAFETENSORS
    hub_id: str = ""
    address: Address | None = None

    def files(self, names: Collection[str]) -> list[str]:
        """What it is loaded from, among the files that the hub has; the weights come last.

        Weights that are there as a pickle only are fetched so, and made safetensors of before anything else reads them.
        """
        needed = ["config.json", "preprocessor_config.json"]
        vocabulary = (
            "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt", "vocab.txt",
        )  # fmt: skip
        weights = SAFETENSORS if SAFETENSORS in names or PICKLE not in names else PICKLE
        return [*needed, *(name for name in vocabulary if name in names), weights]


EVALUATORS: tuple[Evaluator, ...] = (
    Evaluator(
        "blip",
        "BLIP",
        "captions of photographs",
        "BSD 3-Clause",
        hub_id="Salesforce/blip-image-captioning-base",
    ),
    Evaluator(
        "clip",
        "CLIP ViT-B/32 by OpenAI",
        "the metric clip_score_vit_b32",
        "MIT",
        hub_id="openai/clip-vit-base-patch32",
    ),
    # Source: NVlabs/stylegan2-ada-pytorch `metrics/frechet_inception_distance.py`; the hash: crowsonkb/k-diffusion
    # `evaluation.py`, which pins the same file.
    Evaluator(
        "inception",
        "Inception for FID",
        "the metrics fid, kid and inception_score",
        "Apache 2.0",
        weights=INCEPTION_FILE,
        address=Address(
            "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/metrics/inception-2015-12-05.pt",
            "f58cb9b6ec323ed63459aa4fb441fe750cfe39fafad6da5cb504a16f19e958f4",
            95_607_719,
        ),
    ),
)


def evaluator(name: str) -> Evaluator:
    """The evaluator of this name.

    Raises:
        InvalidSettings: there is none.
    """
    if found := next((each for each in EVALUATORS if each.name == name), None):
        return found
    raise InvalidSettings(
        "There is no evaluator {name!r}.",
        "Choose one of: {names}.",
        name=name,
        names=", ".join(each.name for each in EVALUATORS),
    )
