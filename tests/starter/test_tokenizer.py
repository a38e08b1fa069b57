"""The tokenizer reads any text and gives it back."""

from pathlib import Path

import pytest
from transformers import CLIPTokenizer

from profile_studio.starter.portraits import choose_portrait
from profile_studio.starter.tokenizer import MAX_TOKENS, train_tokenizer
from profile_studio.starter.variants import BASE


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> CLIPTokenizer:
    folder: Path = tmp_path_factory.mktemp("tokenizer")
    train_tokenizer(
        [choose_portrait(style, f"token-{index}").attributes for style in BASE for index in range(200)], folder
    )
    return CLIPTokenizer.from_pretrained(folder)


@pytest.mark.parametrize("text", ["ink portrait of a man, red bun", "a dragon", "über 数字 🙂"])
def test_any_text_comes_back(tokenizer: CLIPTokenizer, text: str) -> None:
    decoded = tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True)
    assert decoded.replace(" ", "") == text.replace(" ", "")


def test_words_of_the_captions_are_one_token_each(tokenizer: CLIPTokenizer) -> None:
    assert len(tokenizer("portrait of a person, blue background").input_ids) == 2 + 7


def test_short_texts_are_padded_with_the_end_token(tokenizer: CLIPTokenizer) -> None:
    ids = tokenizer("hair", padding="max_length", max_length=MAX_TOKENS).input_ids
    assert len(ids) == MAX_TOKENS
    assert ids[0] == tokenizer.bos_token_id
    assert set(ids[2:]) == {tokenizer.eos_token_id}
