"""What is scored is what was meant."""

import pytest

from profile_studio.domain.prompt_words import prompt_words


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("a (hat)1.3", "a hat"),
        ("(cat:1.3), dog", "cat, dog"),
        ("a cat++ on a mat--", "a cat on a mat"),
        ("[blurry] well-known man", "blurry well-known man"),
        ('("a (red)1.3 cat", "a dog++").blend(0.6, 0.4)', "a red cat, a dog"),
        (r"a \(plain\) hat", "a (plain) hat"),
        ("((very nice)+ hat)1.2, x-ray 2-3", "very nice hat, x-ray 2-3"),
        ("size 3.5 (shoe)0.8", "size 3.5 shoe"),
    ],
)
def test_signs_of_weight_and_blends_are_no_words(prompt: str, words: str) -> None:
    assert prompt_words(prompt) == words
