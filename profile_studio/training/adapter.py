"""The low-rank layers while they are trained: attached by peft, saved under the file's names."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import torch
from diffusers.loaders.peft import PeftAdapterMixin
from diffusers.models.modeling_utils import ModelMixin
from peft import LoraConfig
from peft.tuners.lora import LoraLayer
from torch import Tensor, nn

from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.families.base import Family
from profile_studio.lora_files import RawTensor, kohya_name, write_tensors
from profile_studio.training.lora_forward import use_lean_forward
from profile_studio.training.rank_mask import RankMask

_PEFT_NAME = "trained"


class TrainedAdapter:
    """The LoRA layers of all parts of a base model that are trained together.

    Attaching freezes the base. The new layers are fp32 on any device and start without effect, from the config's seed.
    """

    def __init__(self, family: Family, config: LoraTrainingConfig) -> None:
        self._config = config
        self._family_name = family.base.family.name
        self.rank_mask = RankMask(config.rank, config.min_rank) if config.min_rank else None
        layers = family.trained_layers(config.targets)
        self._parts = {name: family.parts[name] for name in layers}
        with torch.random.fork_rng():
            torch.manual_seed(config.seed)
            for name, module in self._parts.items():
                module.requires_grad_(False)
                attachable = cast(PeftAdapterMixin, module)  # diffusers' and transformers' models both have it
                attachable.add_adapter(
                    LoraConfig(r=config.rank, lora_alpha=config.network_alpha, target_modules=layers[name]),  # pyright: ignore[reportArgumentType]  # any alpha above 0 scales
                    adapter_name=_PEFT_NAME,
                )
                use_lean_forward(module, _PEFT_NAME, self.rank_mask)
                if config.gradient_checkpointing and isinstance(module, ModelMixin):
                    module.enable_gradient_checkpointing()  # a text encoder keeps too little for that to pay
        for parameter in self.parameters:
            parameter.data = parameter.data.float()

    @property
    def parameters(self) -> list[Tensor]:
        """What the optimizer trains, in a fixed order."""
        return [layer.weight for _, down, up in self._layers() for layer in (down, up)]

    @property
    def file_bytes(self) -> int:
        """How much room its file takes, but for the metadata."""
        return 2 * sum(parameter.numel() for parameter in self.parameters)

    @property
    def trains_text_encoder(self) -> bool:
        return any(name.startswith("text_encoder") for name in self._parts)

    @contextmanager
    def switched_off(self) -> Generator[None]:
        """Inside the block the base answers alone."""
        layers = [layer for part in self._parts.values() for layer in part.modules() if isinstance(layer, LoraLayer)]
        for layer in layers:
            layer.enable_adapters(False)
        try:
            yield
        finally:
            for layer in layers:
                layer.enable_adapters(True)

    def tensors(self) -> dict[str, Tensor]:
        """Copies of the weights on the processor, fp32, by the file's names, without alphas."""
        return {
            f"{name}.{half}.weight": layer.weight.detach().float().cpu().contiguous().clone()
            for name, down, up in self._layers()
            for half, layer in (("lora_down", down), ("lora_up", up))
        }

    @torch.no_grad()
    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Sets the weights to what `tensors` returned earlier."""
        for name, down, up in self._layers():
            down.weight.copy_(tensors[f"{name}.lora_down.weight"])
            up.weight.copy_(tensors[f"{name}.lora_up.weight"])

    def save(self, path: Path, metadata: Mapping[str, str]) -> None:
        """Writes the adapter file: halves in fp16, and a network_alpha per layer."""
        alpha = torch.tensor(self._config.network_alpha)
        halves = {name: tensor.half() for name, tensor in self.tensors().items()}
        alphas = {f"{name}.alpha": alpha for name, _, _ in self._layers()}
        write_tensors(path, {name: _raw(tensor) for name, tensor in {**halves, **alphas}.items()}, metadata)

    def _layers(self) -> Iterator[tuple[str, nn.Linear, nn.Linear]]:
        """File name, down and up; those of convolutions are `nn.Conv2d`, which has a weight all the same."""
        for component, part in self._parts.items():
            for layer_name, layer in part.named_modules():
                if isinstance(layer, LoraLayer):
                    yield (
                        kohya_name(component, layer_name, self._family_name),
                        cast(nn.Linear, layer.lora_A[_PEFT_NAME]),
                        cast(nn.Linear, layer.lora_B[_PEFT_NAME]),
                    )


def _raw(tensor: Tensor) -> RawTensor:
    dtype = {torch.float16: "F16", torch.float32: "F32"}[tensor.dtype]
    return RawTensor(dtype, tuple(tensor.shape), tensor.numpy().tobytes())
