"""CLIP's own tokenizer against known answers."""

from pathlib import Path

import pytest

from tests.clip_tokenizer import clip_tokenizer, save_clip_tokenizer

START, END = 49_406, 49_407


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("", []),
        ("a photo of a cat", [320, 1125, 539, 320, 2368]),
        ("Hello  World!", [3306, 1002, 256]),
        ("a photograph of an astronaut riding a horse", [320, 8853, 539, 550, 18376, 6765, 320, 4558]),
        ("sks person", [48136, 2533]),
        ("it's 2024", [585, 568, 273, 271, 273, 275]),
    ],
)
def test_prompts_have_the_tokens_that_clip_gives_them(prompt: str, tokens: list[int]) -> None:
    assert len(clip_tokenizer()) == 49_408
    assert clip_tokenizer()(prompt).input_ids == [START, *tokens, END]


def test_the_saved_tokenizer_is_the_same(tmp_path: Path) -> None:
    from transformers import CLIPTokenizer

    loaded = CLIPTokenizer.from_pretrained(save_clip_tokenizer(tmp_path))

    text = "Café, 안녕하세요, naïve 😀, masterpiece"
    assert loaded(text).input_ids == clip_tokenizer()(text).input_ids
