"""What a LoRA file may be, and what its header says."""

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import torch

from profile_studio.domain.errors import InvalidAdapter
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig
from profile_studio.lora_files import (
    RawTensor,
    TrainingFacts,
    adapter_metadata,
    base_label,
    check_base,
    check_numbers,
    kohya_name,
    layer_name,
    numbers,
    read_adapter,
    read_header,
    read_lora,
    read_tensors,
    told_family,
    write_tensors,
)
from tests.random_spellings import check_random_spellings

LAYER = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k"
ONE = b"\x00\x3c"  # in fp16


def halves(rank: int = 4, width: int = 768) -> dict[str, RawTensor]:
    """One layer of a LoRA for a text width, without alpha."""
    return {
        f"{LAYER}.lora_down.weight": RawTensor("F16", (rank, width), ONE * rank * width),
        f"{LAYER}.lora_up.weight": RawTensor("F16", (8, rank), ONE * rank * 8),
    }


def trained_file(
    path: Path,
    base: str = "starter",
    base_hash: str = "ab" * 32,
    family: str = "sd1",
    prediction_type: str = "v_prediction",
) -> Path:
    config = LoraTrainingConfig(dataset="faces", adapter_name="mine", base=base, rank=4, network_alpha=2.0)
    captions = ("zzz, red hair", "zzz, blue shirt")
    facts = TrainingFacts(base_hash, family, prediction_type, "zzz", captions, "job1", 0.8, "person")
    tensors = {**halves(width=32), f"{LAYER}.alpha": RawTensor("F32", (), struct.pack("<f", 2.0))}
    write_tensors(path, tensors, adapter_metadata(config, facts, step=300, now=0.0))
    return path


@pytest.mark.parametrize(
    ("component", "layer"),
    [
        ("unet", "down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_out.0"),
        ("unet", "up_blocks.3.attentions.0.transformer_blocks.0.ff.net.0.proj"),
        ("unet", "mid_block.resnets.1.conv_shortcut"),
        ("unet", "down_blocks.2.attentions.0.proj_in"),
        ("unet", "down_blocks.1.resnets.0.time_emb_proj"),
        ("text_encoder", "encoder.layers.0.self_attn.out_proj"),
    ],
)
def test_a_layer_survives_its_file_name(component: str, layer: str) -> None:
    assert layer_name(kohya_name(component, layer)) == (component, layer)


def test_a_written_file_is_read_by_safetensors_and_by_us_alike(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    tensors = halves() | {f"{LAYER}.lora_down.weight": RawTensor("F32", (3, 4), values.tobytes())}

    write_tensors(path, tensors, {"note": "é"})

    np.testing.assert_array_equal(safetensors.numpy.load_file(path)[f"{LAYER}.lora_down.weight"], values)
    assert read_tensors(path) == tensors
    assert read_header(path).metadata["note"] == "é"


def test_a_trained_file_says_where_it_comes_from(tmp_path: Path) -> None:
    path = trained_file(tmp_path / "mine.safetensors")

    adapter = read_adapter(path)

    assert (adapter.name, adapter.kind, adapter.base, adapter.base_hash) == (
        "mine", AdapterKind.STYLE, "starter", "ab" * 32,
    )  # fmt: skip
    assert (adapter.rank, adapter.network_alpha, adapter.num_train_steps) == (4, 2.0, 300)
    assert (adapter.trigger_word, adapter.class_word) == ("zzz", "person")
    assert (adapter.dataset, adapter.default_weight) == ("faces", 0.8)
    assert {name: layer.network_alpha for name, layer in read_lora(path).layers.items()} == {layer_name(LAYER): 2.0}
    metadata = read_header(path).metadata
    assert json.loads(metadata["ss_tag_frequency"]) == {"faces": {"zzz": 2, "red hair": 1, "blue shirt": 1}}
    assert metadata["modelspec.hash_sha256"].startswith("0x")
    assert metadata["modelspec.trigger_phrase"] == "zzz"


@pytest.mark.parametrize(
    ("family", "prediction_type", "told"),
    [
        ("sd1", "v_prediction", ("sd_v1", "False", "networks.lora", "stable-diffusion-v1/lora", "v")),
        ("sd2", "v_prediction", ("sd_v2", "True", "networks.lora", "stable-diffusion-v2-768-v/lora", "v")),
        ("sd2", "epsilon", ("sd_v2", "True", "networks.lora", "stable-diffusion-v2-512/lora", "epsilon")),
        (
            "sdxl",
            "epsilon",
            ("sdxl_base_v1-0", "False", "networks.lora", "stable-diffusion-xl-v1-base/lora", "epsilon"),
        ),
        (
            "sd3",
            "flow_prediction",
            ("3-5-medium", "False", "networks.lora_sd3", "stable-diffusion-v3.5-medium/lora", None),
        ),
    ],
)
def test_a_trained_file_tells_its_family_in_other_programs_words(
    tmp_path: Path, family: str, prediction_type: str, told: tuple[str | None, ...]
) -> None:
    path = trained_file(tmp_path / "mine.safetensors", family=family, prediction_type=prediction_type)
    keys = (
        "ss_base_model_version",
        "ss_v2",
        "ss_network_module",
        "modelspec.architecture",
        "modelspec.prediction_type",
    )
    metadata = read_header(path).metadata
    lora = read_lora(path)

    assert tuple(metadata.get(key) for key in keys) == told
    assert read_adapter(path).family == family
    for words in ("ss_base_model_version", "modelspec.architecture"):
        assert told_family(replace(lora, metadata={words: metadata[words]}), path.name) == family


def test_a_file_does_not_tell_the_folder_its_base_lies_in(tmp_path: Path) -> None:
    path = trained_file(tmp_path / "mine.safetensors", base="/home/somebody/models/nice-base")

    assert b"somebody" not in path.read_bytes()
    assert read_adapter(path).base == "nice-base"


def test_a_file_without_alphas_means_alpha_equals_rank(tmp_path: Path) -> None:
    path = tmp_path / "foreign.safetensors"
    write_tensors(path, halves(rank=8), {})

    adapter = read_adapter(path)

    assert (adapter.base, adapter.base_hash, adapter.rank, adapter.network_alpha) == ("sd15", "", 8, 8.0)


def test_an_adapter_of_an_older_base_is_refused_with_the_offer_to_train_again(tmp_path: Path) -> None:
    adapter = read_adapter(trained_file(tmp_path / "mine.safetensors"))

    check_base(adapter, "starter", "ab" * 32, "sd1")
    with pytest.raises(InvalidAdapter) as refusal:
        check_base(adapter, "starter", "cd" * 32, "sd1")

    assert "older version" in refusal.value.message
    assert "Train it again" in refusal.value.fix


def test_an_adapter_for_another_base_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "foreign.safetensors"
    write_tensors(path, halves(), {})

    with pytest.raises(InvalidAdapter) as refusal:
        check_base(read_adapter(path), "starter", "ab" * 32, "sd1")

    assert "sd15" in refusal.value.message


@pytest.mark.parametrize(
    ("name", "start"), [("a.safetensors", b"\x80\x04"), ("b.safetensors", b"PK\x03\x04"), ("c.pt", b"x")]
)
def test_a_pickle_is_refused_unopened(tmp_path: Path, name: str, start: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(start + b"cos\nsystem\n" * 10)

    with pytest.raises(InvalidAdapter) as refusal:
        read_header(path)

    assert "pickle" in refusal.value.message


@pytest.mark.parametrize(
    "damage",
    [
        lambda _data: b"",
        lambda data: data[:5],
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: struct.pack("<Q", 2**60) + data[8:],
        lambda data: data[:8] + b"[" + data[9:],
        lambda data: data.replace(b'"F16"', b'"F99"'),
        lambda data: data.replace(b'"data_offsets":[0,', b'"data_offsets":[8,'),
    ],
    ids=["empty", "stub", "cut", "longer", "huge header", "no object", "unknown type", "hole"],
)
def test_a_damaged_file_is_refused_with_a_sentence(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    path = trained_file(tmp_path / "mine.safetensors")
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(InvalidAdapter) as refusal:
        read_header(path)

    assert "truncated" in refusal.value.message


def of_header_length(path: Path, residue: int) -> Path:
    """A LoRA file whose header's length ends, as a number of 64 bits, with this byte."""
    for padding in range(256):
        write_tensors(path, halves(), {"note": "x" * padding})
        if path.read_bytes()[0] == residue:
            return path
    raise AssertionError(f"no header of length {residue} modulo 256")


@pytest.mark.parametrize("residue", range(0, 256, 8))
def test_a_header_of_any_length_is_no_pickle(tmp_path: Path, residue: int) -> None:
    path = of_header_length(tmp_path / "a.safetensors", residue)

    assert read_adapter(path).rank == 4


def test_a_cut_file_whose_header_begins_like_a_pickle_is_called_cut(tmp_path: Path) -> None:
    path = of_header_length(tmp_path / "a.safetensors", 0x80)
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(InvalidAdapter) as refusal:
        read_header(path)

    assert "truncated" in refusal.value.message


@pytest.mark.parametrize(
    ("dtype", "data"),
    [
        ("BF16", b"\x00\x41"),
        ("F8_E4M3", b"\x50"),
        ("F8_E5M2", b"\x48"),
        ("F16", b"\x00\x48"),
        ("I64", b"\x08" + bytes(7)),
    ],
)
def test_an_alpha_of_any_number_type_is_read(tmp_path: Path, dtype: str, data: bytes) -> None:
    path = tmp_path / "a.safetensors"
    write_tensors(path, {**halves(rank=16), f"{LAYER}.alpha": RawTensor(dtype, (), data)}, {})

    assert (read_adapter(path).network_alpha, read_adapter(path).rank) == (8.0, 16)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2])
def test_numbers_are_widened_as_torch_widens_them(dtype: torch.dtype) -> None:
    n_bits = 8 * dtype.itemsize
    codes = np.arange(2**n_bits, dtype=f"<u{dtype.itemsize}")
    name = {"bfloat16": "BF16", "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2"}[str(dtype).split(".")[1]]

    widened = numbers(RawTensor(name, codes.shape, codes.tobytes()))

    np.testing.assert_array_equal(widened, torch.from_numpy(codes).view(dtype).float().numpy())


@pytest.mark.parametrize(
    "alpha",
    [RawTensor("F32", (2,), bytes(8)), RawTensor("F16", (), b"\x00\x7e"), RawTensor("F16", (), b"\x00\x7c")],
    ids=["two numbers", "NaN", "infinite"],
)
def test_an_alpha_that_cannot_be_read_is_an_error(tmp_path: Path, alpha: RawTensor) -> None:
    path = tmp_path / "a.safetensors"
    write_tensors(path, {**halves(), f"{LAYER}.alpha": alpha}, {})

    with pytest.raises(InvalidAdapter) as refusal:
        read_adapter(path)

    assert "alpha" in refusal.value.message


def layers_called(*names: str, width: int = 768) -> dict[str, RawTensor]:
    """Whole layers of a file in kohya's layout."""
    down, up = halves(width=width).values()
    return {f"{name}.lora_{half}.weight": tensor for name in names for half, tensor in (("down", down), ("up", up))}


@pytest.mark.parametrize(
    ("tensors", "word"),
    [
        ({"model.weight": RawTensor("F16", (1,), bytes(2))}, "unknown keys: 1, such as model.weight"),
        ({}, "contains no LoRA layer"),
        ({f"{LAYER}.lora_down.weight": RawTensor("F16", (1, 1), bytes(2))}, "incomplete layer"),
        ({**halves(), f"{LAYER}_2.alpha": RawTensor("F16", (), ONE)}, "incomplete layer"),
        ({**halves(), f"{LAYER}.lora_up.weight": RawTensor("F16", (8, 3), bytes(48))}, "mismatched shapes"),
        (layers_called(LAYER, LAYER.replace("lora_unet_mid_block_attentions_0", "lora_unet_middle_block_1")), "twice"),
        ({"x.lora_A.weight": RawTensor("C64", (1,), bytes(8))}, "C64"),
        (halves(rank=513), "rank 513"),
        ({**halves(), f"{LAYER}.dora_scale": RawTensor("F16", (), ONE)}, "DoRA"),
        ({"unet.x.to_q.lora_magnitude_vector.weight": RawTensor("F16", (), ONE)}, "DoRA"),
        ({f"{LAYER}.lokr_w1": RawTensor("F16", (), ONE)}, "LoKr"),
        ({f"{LAYER}.hada_w1_a": RawTensor("F16", (), ONE)}, "LoHa"),
        ({f"{LAYER}.on_input": RawTensor("F16", (), ONE)}, "IA3"),
        ({"unet.x.to_q.ia3_l.weight": RawTensor("F16", (), ONE)}, "IA3"),
        ({f"{LAYER}.oft_blocks": RawTensor("F16", (), ONE)}, "OFT"),
        ({**halves(), f"{LAYER}.lora_mid.weight": RawTensor("F16", (), ONE)}, "lora_mid"),
        ({**halves(), f"{LAYER}.lora_up.bias": RawTensor("F16", (), ONE)}, "biases"),
        ({**halves(), "lora_unet_conv_in.diff": RawTensor("F16", (), ONE)}, "whole layers"),
        ({**halves(), "bundle_emb.me.string_to_param.*": RawTensor("F16", (), ONE)}, "embedding"),
    ],
)
def test_what_is_no_plain_lora_is_refused_as_what_it_is(
    tmp_path: Path, tensors: dict[str, RawTensor], word: str
) -> None:
    path = tmp_path / "a.safetensors"
    safetensors_file(path, tensors)

    with pytest.raises(InvalidAdapter) as refusal:
        read_adapter(path)

    assert word in refusal.value.message


@pytest.mark.parametrize("spelling", ["{base}", "{base}/", "{base}/unet/.."])
def test_a_base_is_labelled_by_its_folders_name_however_its_path_is_written(tmp_path: Path, spelling: str) -> None:
    base = tmp_path / "my-model"
    (base / "unet").mkdir(parents=True)

    assert base_label(spelling.format(base=base)) == "my-model"


def safetensors_file(path: Path, tensors: dict[str, RawTensor]) -> None:
    """Writes a file without asking what it holds."""
    header: dict[str, object] = {}
    data = b""
    for name, tensor in tensors.items():
        offsets = [len(data), len(data) + len(tensor.data)]
        header[name] = {"dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": offsets}
        data += bytes(tensor.data)
    encoded = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(encoded)) + encoded + data)


@pytest.mark.parametrize(
    "metadata",
    [
        {"ss_steps": "None"},
        {"ss_steps": "9" * 5000},
        {"ss_tag_frequency": "x" * 100_000},
        {"ss_network_alpha": "dynamic"},
        {"profile_studio.kind": "painting"},
        {"profile_studio.default_weight": "nan"},
        {"profile_studio.default_weight": "1.9"},
        {"modelspec.trigger_phrase": "zzz\n" * 10_000},
        {"lora_adapter_metadata": "{"},
        {"lora_adapter_metadata": "[]"},
        {"lora_adapter_metadata": "[" * 5000},
        *(
            {"lora_adapter_metadata": json.dumps({"unet.r": 4, "unet.lora_alpha": 4.0, **extra})}
            for extra in (
                {"unet.future_option": True},
                {"unet.use_dora": True},
                {"unet.lora_bias": True},
                {"unet.lora_alpha": "4"},
                {"unet.r": 8},
                {"unet.modules_to_save": ["conv_out"]},
                {"unet.alpha_pattern": None},
                {"future": 1},
            )
        ),
    ],
    ids=lambda metadata: str(metadata)[:60],
)
def test_foreign_metadata_refuses_no_good_file(tmp_path: Path, metadata: dict[str, str]) -> None:
    path = tmp_path / "a.safetensors"
    write_tensors(path, halves(), metadata)

    adapter = read_adapter(path)

    assert (adapter.rank, adapter.network_alpha, adapter.num_train_steps) == (4, 4.0, 0)
    assert (adapter.default_weight, adapter.kind) == (1.0, AdapterKind.STYLE)
    assert len(adapter.trigger_word) <= 200


@pytest.mark.parametrize("alpha", ["many", None, float("nan")])
def test_an_alpha_in_the_metadata_that_cannot_be_read_is_an_error(tmp_path: Path, alpha: object) -> None:
    path = tmp_path / "a.safetensors"
    write_tensors(path, halves(), {"lora_adapter_metadata": json.dumps({"unet.lora_alpha": alpha})})

    with pytest.raises(InvalidAdapter) as refusal:
        read_adapter(path)

    assert "alpha" in refusal.value.message


@pytest.mark.parametrize(
    ("value", "alpha", "word"),
    [
        (np.nan, 4, "NaN"),
        (np.inf, 4, "infinite"),
        (65504, 4, "overflowed"),
        (1, 1e30, "overflowed"),
        (600, 600, "overflowed"),
        (0, 4, "changes nothing"),
        (1, 0, "changes nothing"),
    ],
)
def test_numbers_that_draw_black_or_nothing_are_refused_and_named(
    tmp_path: Path, value: float, alpha: float, word: str
) -> None:
    path = tmp_path / "mine.safetensors"
    up = np.zeros((8, 4), "<f2")
    up[3, 1] = value
    changed = {
        f"{LAYER}.lora_up.weight": RawTensor("F16", (8, 4), up.tobytes()),
        f"{LAYER}.alpha": RawTensor("F32", (), struct.pack("<f", alpha)),
    }
    write_tensors(path, {**halves(), **changed}, {})

    with pytest.raises(InvalidAdapter) as refusal:
        check_numbers(read_lora(path), path.name)

    assert word in refusal.value.message
    assert "mine.safetensors" in refusal.value.message


def test_a_file_of_absurd_size_is_refused_by_the_stated_limit(tmp_path: Path) -> None:
    path = tmp_path / "huge.safetensors"
    n_bytes = 1100 * 2**20
    header = json.dumps({"x.lora_A.weight": {"dtype": "U8", "shape": [n_bytes], "data_offsets": [0, n_bytes]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    with path.open("r+b") as file:
        file.truncate(8 + len(header) + n_bytes)  # a hole, which takes no room on the disk

    with pytest.raises(InvalidAdapter) as refusal:
        read_header(path)

    assert "1100 MB" in refusal.value.message
    assert "1024 MB" in refusal.value.message


def test_random_loras_are_read_as_written_and_damaged_ones_refused(tmp_path: Path) -> None:
    assert check_random_spellings(46, tmp_path) == (46, 46)
