"""What strangers who share one studio may do: look, make pictures, compare. Nothing of theirs stays for the others."""

from profile_studio.base_models import find_base_model
from profile_studio.domain.errors import InvalidSettings, NotInDemo
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.sentences import Sentence
from profile_studio.settings import Settings

MAXIMUM_STEPS = 400  # of all pictures of a request together: the page's eight at its default of 20, and room
MAXIMUM_COMPARED_PICTURES = 64
MAXIMUM_UNFINISHED_COMPARISONS = 8
OWN_STUDIO = Sentence("Duplicate this Space as a private one of yours, or run the studio on your own computer.")


def refuse_in_demo(settings: Settings, what: str) -> None:
    """Stops what would change the studio for others.

    Args:
        what: how the sentence begins, for example "Training is".
    Raises:
        NotInDemo: this is a demo.
    """
    if settings.is_demo:
        raise NotInDemo("{what} off in this public demo.", OWN_STUDIO, what=Sentence(what))


def check_request_for_demo(request: GenerationRequest, settings: Settings) -> None:
    """Keeps one stranger's pictures from making the others wait for long.

    Raises:
        NotInDemo: this is a demo, and the request is for another base model than the starter.
        InvalidSettings: this is a demo, and the request is larger than what the page offers.
    """
    if not settings.is_demo:
        return
    find_base_model(request.base, settings)
    if request.count * request.num_inference_steps > MAXIMUM_STEPS or request.height or request.width:
        raise InvalidSettings(
            "This public demo makes pictures of the usual size, with few steps.",
            "Choose at most {limit} steps for all pictures together and no size. {own_studio}",
            limit=MAXIMUM_STEPS,
            own_studio=OWN_STUDIO,
        )


def check_comparison_for_demo(pictures: int, unfinished: int, settings: Settings) -> None:
    """Keeps one stranger's comparison from making the others wait for long.

    Args:
        pictures: how many it would make.
        unfinished: comparisons that wait or run.
    Raises:
        InvalidSettings: this is a demo, and the comparison is large or many are waiting.
    """
    if settings.is_demo and pictures > MAXIMUM_COMPARED_PICTURES:
        raise InvalidSettings(
            "This would be {count} pictures; this public demo makes at most {limit}.",
            "Choose fewer models, prompts or seeds. {own_studio}",
            count=pictures,
            limit=MAXIMUM_COMPARED_PICTURES,
            own_studio=OWN_STUDIO,
        )
    if settings.is_demo and unfinished >= MAXIMUM_UNFINISHED_COMPARISONS:
        raise InvalidSettings(
            "{count} comparisons wait in this public demo already.", "Come back a little later.", count=unfinished
        )
