"""A target reaches the layers it is called after, told by their classes and by what they read, not by their names, as far
as a picture depends on them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.models.attention import FeedForward
from diffusers.models.attention_processor import Attention
from diffusers.models.resnet import ResnetBlock2D
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from torch import Tensor, nn

from profile_studio.domain.training import Targets
from tests.conformance.families import CASES, Case, Training, plain_pipeline
from tests.conformance.plain import components, modules_by_layer

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_target_reaches_the_layers_it_is_called_after(case: Case, tmp_path: Path) -> None:
    training = Training(case)
    plain = plain_pipeline(case.family)
    step = training.step()
    denoiser = components(plain)[case.family.denoiser]
    reads_prompts = _what_reads_prompts(denoiser, lambda: case.family.losses(plain, *step.shown).sum().backward())

    called = _called_after(case.targets, plain, denoiser, reads_prompts)
    expected = {id(module) for module in called if module.weight.grad is not None and module.weight.grad.any()}

    reached = {layer for layer, module in modules_by_layer(plain).items() if id(module) in expected}
    assert training.layers() == reached != set()


def _called_after(
    targets: Targets, pipeline: Any, denoiser: nn.Module, reads_prompts: list[Attention]
) -> Iterator[nn.Module]:
    attentions = _of_class(denoiser, Attention)
    match targets:
        case Targets.CROSS_ATTENTION:
            yield from _linears(reads_prompts)
        case Targets.CROSS_ATTENTION_QV:
            yield from (module for attention in reads_prompts for module in (attention.to_q, attention.to_v))
        case Targets.ATTENTION:
            yield from _linears(attentions)
        case Targets.ATTENTION_QV:
            names = ("to_q", "to_v", "add_q_proj", "add_v_proj")  # the latter where words and picture attend together
            yield from (module for each in attentions for name in names if (module := getattr(each, name, None)))
        case Targets.ATTENTION_AND_TEXT_ENCODER:
            yield from _linears(attentions)
            for name, part in components(pipeline).items():
                if name.startswith("text_encoder"):
                    yield from _linears(
                        [module for module in part.modules() if type(module).__name__ == "CLIPAttention"]
                    )
        case Targets.ATTENTION_AND_CONV:
            yield from _linears(attentions)
            yield from _convolutions(denoiser)
        case Targets.ALL:
            yield from _linears(attentions)
            yield from _convolutions(denoiser)
            yield from _linears(_of_class(denoiser, FeedForward))
            for block in _of_class(denoiser, Transformer2DModel):
                yield from (block.proj_in, block.proj_out)


def _what_reads_prompts(denoiser: nn.Module, run: Callable[[], None]) -> list[Attention]:
    """The attention modules whose keys are made of the prompt's embeddings themselves."""
    prompts: list[Tensor] = []
    reading: list[Attention] = []

    def remember(_module: nn.Module, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        prompts.append(named["encoder_hidden_states"] if "encoder_hidden_states" in named else arguments[2])

    def look(attention: Attention) -> Any:
        def note(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            if inputs[0].shape == prompts[0].shape and torch.equal(inputs[0], prompts[0]):
                reading.append(attention)

        return note

    handles = [denoiser.register_forward_pre_hook(remember, with_kwargs=True)]
    handles += [each.to_k.register_forward_pre_hook(look(each)) for each in _of_class(denoiser, Attention)]
    run()
    for handle in handles:
        handle.remove()
    return reading


def _convolutions(denoiser: nn.Module) -> Iterator[nn.Module]:
    for block in _of_class(denoiser, ResnetBlock2D):
        yield from (module for module in block.modules() if isinstance(module, nn.Conv2d))


def _linears(parts: Any) -> Iterator[nn.Module]:
    for part in parts:
        yield from (module for module in part.modules() if isinstance(module, nn.Linear))


def _of_class(part: nn.Module, kind: type) -> list[Any]:
    return [module for module in part.modules() if isinstance(module, kind)]
