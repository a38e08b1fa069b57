"""The lean forward of LoRA layers gives peft's numbers, and peft itself wherever it does not fit."""

import copy
from typing import Any

import pytest
import torch
from peft import LoraConfig, inject_adapter_in_model
from peft.tuners import lora
from torch import Tensor, nn

from profile_studio.domain.training import AdapterKind, Targets
from profile_studio.training.lora_forward import use_lean_forward
from profile_studio.training.rank_mask import RankMask
from tests.conformance.families import FAMILIES, Case, FamilyUnderTest, Training

RELATIVE_ERROR = 1e-10
NAME = "trained"


def _with_lora(layer: nn.Module, dtype: torch.dtype, **options: Any) -> nn.Module:
    model = copy.deepcopy(nn.Sequential(layer)).requires_grad_(False)
    config = LoraConfig(r=3, lora_alpha=2, target_modules=["0"], init_lora_weights=False, **options)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        inject_adapter_in_model(config, model, NAME)
    return model.to(dtype)


def _answers(model: nn.Module, x: Tensor) -> list[Tensor]:
    """What a model makes of `x`, and the gradients for `x` and for what is trained."""
    x = x.clone().requires_grad_()
    result = model(x)
    result.square().sum().backward()
    trained = [parameter.grad for parameter in model.parameters() if parameter.requires_grad]
    answers = [result.detach(), x.grad, *trained]
    return [answer for answer in answers if answer is not None]


def _picture(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize(
    ("layer", "x"),
    [
        pytest.param(nn.Linear(8, 6), _picture(4, 8), id="linear"),
        pytest.param(nn.Linear(6, 20, bias=False), _picture(2, 5, 6), id="linear of tokens, without a bias"),
        pytest.param(nn.Conv2d(6, 5, 1), _picture(2, 6, 7, 5), id="1 x 1"),
        pytest.param(nn.Conv2d(6, 5, 3, padding=1), _picture(2, 6, 7, 5), id="3 x 3"),
        pytest.param(nn.Conv2d(3, 4, 5, padding=2, bias=False), _picture(1, 3, 4, 9), id="5 x 5"),
        pytest.param(
            nn.Conv2d(6, 5, 3, padding=1),
            _picture(2, 6, 7, 5).to(memory_format=torch.channels_last),
            id="channels last",
        ),
    ],
)
def test_gradients_equal_those_of_autograd_through_peft(layer: nn.Module, x: Tensor) -> None:
    plain, lean = (_with_lora(layer, torch.float64) for _ in range(2))
    use_lean_forward(lean, NAME)

    answers = _answers(lean, x)

    assert "forward" in vars(lean[0])  # type: ignore[index]
    assert lean.state_dict().keys() == plain.state_dict().keys()
    for answer, expected in zip(answers, _answers(plain, x), strict=True):
        assert answer.shape == expected.shape
        assert (answer - expected).norm() <= RELATIVE_ERROR * expected.norm()


@pytest.mark.parametrize(
    ("layer", "options"),
    [
        pytest.param(nn.Linear(8, 6), {"use_dora": True}, id="DoRA"),
        pytest.param(nn.Linear(8, 6), {"lora_bias": True}, id="bias"),
        pytest.param(nn.Linear(8, 6), {"lora_dropout": 0.5}, id="dropout"),
        pytest.param(nn.Conv2d(8, 6, 3, padding=1, stride=2), {}, id="stride"),
        pytest.param(nn.Conv2d(8, 6, 3), {}, id="no padding"),
    ],
)
def test_what_does_not_fit_stays_with_peft(layer: nn.Module, options: dict[str, Any]) -> None:
    model = _with_lora(layer, torch.float32, **options)
    use_lean_forward(model, NAME)

    assert "forward" not in vars(model[0])  # type: ignore[index]


@pytest.mark.parametrize("situation", ["no gradients", "autocast", "other precision", "switched off", "merged"])
def test_peft_answers_where_a_layer_is_not_trained_in_its_own_precision(situation: str) -> None:
    layer = nn.Linear(8, 6)
    plain, lean = (_with_lora(layer, torch.float32) for _ in range(2))
    use_lean_forward(lean, NAME)
    x = _picture(4, 8).float()
    for model in (plain, lean):
        if situation == "switched off":
            model[0].enable_adapters(False)  # type: ignore[index]
        if situation == "merged":
            model[0].merge()  # type: ignore[index]
        if situation == "other precision":
            model[0].base_layer.bfloat16()  # type: ignore[index]
    x = x.bfloat16() if situation == "other precision" else x

    with torch.set_grad_enabled(situation != "no gradients"), torch.autocast("cpu", enabled=situation == "autocast"):
        answer, expected = lean(x), plain(x)

    assert answer.dtype == expected.dtype
    assert torch.equal(answer, expected)


MASKED_LAYERS = [
    pytest.param(nn.Linear(8, 6), _picture(2, 5, 8), id="linear"),
    pytest.param(nn.Conv2d(6, 5, 1), _picture(2, 6, 4, 3), id="1 x 1"),
    pytest.param(nn.Conv2d(6, 5, 3, padding=1), _picture(2, 6, 4, 3), id="3 x 3"),
]


@pytest.mark.parametrize(("layer", "x"), MASKED_LAYERS)
@pytest.mark.parametrize("is_lean", [True, False])
def test_a_full_mask_of_ranks_is_plain_lora_bit_for_bit(layer: nn.Module, x: Tensor, *, is_lean: bool) -> None:
    plain, masked = (_with_lora(layer, torch.float64) for _ in range(2))
    mask = RankMask(rank=3, min_rank=3)
    use_lean_forward(masked, NAME, mask)
    use_lean_forward(plain, NAME)
    if not is_lean:
        del plain[0].forward, masked[0].forward  # type: ignore[index]
    mask.set_levels(torch.tensor([0.0, 0.99]), torch.device("cpu"))

    for answer, expected in zip(_answers(masked, x), _answers(plain, x), strict=True):
        assert torch.equal(answer, expected)


@pytest.mark.parametrize(("layer", "x"), MASKED_LAYERS)
def test_a_masked_rank_trains_only_on_samples_with_little_noise(layer: nn.Module, x: Tensor) -> None:
    lean, plain = (_with_lora(layer, torch.float64) for _ in range(2))
    mask = RankMask(rank=3, min_rank=1)
    use_lean_forward(lean, NAME, mask)
    use_lean_forward(plain, NAME, mask)
    del plain[0].forward  # type: ignore[index]

    mask.set_levels(torch.tensor([0.0, 0.99]), torch.device("cpu"))
    for answer, expected in zip(_answers(lean, x), _answers(plain, x), strict=True):
        assert (answer - expected).norm() <= RELATIVE_ERROR * expected.norm()
    lean.zero_grad()
    mask.set_levels(torch.tensor([0.99, 0.99]), torch.device("cpu"))
    *_, down, up = _answers(lean, x)
    assert down[0].any() and not down[1:].any()
    assert up[:, 0].any() and not up[:, 1:].any()


def test_ranks_grow_as_noise_falls() -> None:
    mask = RankMask(rank=16, min_rank=4)
    mask.set_levels(torch.tensor([0.0, 0.25, 0.5, 0.999]), torch.device("cpu"))
    assert mask.kept is not None
    assert mask.kept.sum(dim=1).tolist() == [16, 13, 10, 4]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_training_never_asks_peft(family: FamilyUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: nn.Module, *_arguments: Any, **_options: Any) -> Tensor:
        pytest.fail(f"peft was asked for {self}")

    monkeypatch.setattr(lora.Linear, "forward", refuse)
    monkeypatch.setattr(lora.Conv2d, "forward", refuse)
    targets = Targets.ALL if Targets.ALL in family.targets else family.targets[-1]
    training = Training(Case(family, AdapterKind.STYLE, targets), gradient_checkpointing=True)

    assert training.step().gradients
