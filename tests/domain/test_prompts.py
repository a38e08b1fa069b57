"""What a person may type as a prompt, and what is understood."""

import re
from typing import Any

import pytest

from profile_studio.domain.errors import InvalidPrompt
from profile_studio.domain.prompt_syntax import read_prompt
from profile_studio.domain.prompts import Joined, ReadPrompt, WeightedWords

COMPELS_OWN = (
    "portrait of a woman, red hair++, (blue background)1.3, smiling",
    "a hat--, (a (very nice)+ coat)0.5",
    '"red hair"++ and a (smile)-',
    r"a smile \(wide\)",
    "well-known follow-up, x-ray 2-3",
    '("red hair", "blue hair++").and(1, 0.5)',
    '("red hair", "a (blue)1.3 hair").blend(1, -0.5)',
    '("red hair", "blue hair").blend(1, -1, no_normalize)',
)
READ_AS = (
    ("a (cat:1.3), smiling", "a (cat)1.3, smiling"),
    ("((cat:1.2) hat:.8)", "(cat)0.96( hat)0.8"),
    ("(cat), ((hat)), [coat]", "(cat)1.1, (hat)1.21, (coat)0.9"),
    ("(masterpiece)1girl", "(masterpiece)1.1 1girl"),
    ("C++ and A+, follow-up, 18+", "C++ and A+, follow-up, 18+"),
    ("red hair++. smile--!", "red (hair)1.21. (smile)0.81!"),
    (r"\(cat:1.3\) hair\+\+ \[a\]", r"\(cat:1.3\) hair\+\+ \[a\]"),
    ('it says "hi", 5\'10" tall', 'it says "hi", 5\'10" tall'),
    ("a cat BREAK a hat AND a coat :0.5", '("a cat", "a hat", "a coat").and(1, 1, 0.5)'),
    ("a cat AND", "a cat"),
    ("hair\u2014, smile", "(hair)0.81, smile"),
    ("a woman \u2014 calm", "a woman - calm"),
    ("\uff08red hair\uff1a1.3\uff09\uff0c\u201chat\u201d\u2014", "(red hair)1.3,(hat)0.81"),
    ("caf\u00e9, na\u00efve, \u00c6r\u00f8", "caf\u00e9, na\u00efve, \u00c6r\u00f8"),
    ("", ""),
)


@pytest.mark.parametrize(("typed", "read"), READ_AS)
def test_signs_of_every_program_are_understood(typed: str, read: str) -> None:
    assert str(read_prompt(typed, latin_only=True)) == read


@pytest.mark.parametrize(
    "prompt", [*COMPELS_OWN, *(typed for typed, _ in READ_AS), "{red|blue} hair", r"a \{b\} \<lora:x> \BREAK"]
)
def test_what_is_shown_is_read_as_the_same_again(prompt: str) -> None:
    read = read_prompt(prompt)

    assert read_prompt(str(read)) == read


@pytest.mark.parametrize("prompt", COMPELS_OWN)
def test_a_prompt_for_compel_means_what_compel_makes_of_it(prompt: str) -> None:
    from compel.prompt_parser import Blend, PromptParser

    def words(text: str) -> str:
        return re.sub(r"\W+", " ", text).strip()

    theirs = PromptParser().parse_conjunction(prompt)
    (first, *_) = theirs.prompts
    is_blend = isinstance(first, Blend)
    prompts: list[Any] = first.prompts if isinstance(first, Blend) else theirs.prompts
    read = read_prompt(prompt)

    ours = [[(words(each.text), each.weight) for each in clause if words(each.text)] for clause in read.clauses]
    assert ours == [[(words(f.text), pytest.approx(f.weight)) for f in p.children if words(f.text)] for p in prompts]
    assert list(read.weights) == (first.weights if isinstance(first, Blend) else theirs.weights)
    assert (read.joined is not Joined.CHAINED) == is_blend


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("a (cat", "opens a parenthesis that is never closed"),
        ("a cat) hat", "closes a parenthesis that was never opened"),
        ("a () cat", "nothing inside"),
        ("(" * 900 + "cat" + ")" * 900, "nests more than 12"),
        ("((((((((((((cat))))))))))))", "gives only noise"),
        ("cat <lora:pixel-art:0.8:1>", "\u201c<lora:pixel-art:0.8:1>\u201d does not choose a LoRA"),
        ("cat <hypernet:x:1>", "\u201c<hypernet:x:1>\u201d in a prompt has no meaning here"),
        ("embedding:bad-hands, cat", "\u201cembedding:bad-hands\u201d in a prompt has no meaning here"),
        ("a __colour__ hat", "\u201c__colour__\u201d in a prompt has no meaning here"),
        ("cat.swap(dog)", "\u201c.swap(\u201d in a prompt has no meaning here"),
        ("[cat:dog:0.5]", "\u201c[cat:dog:0.5]\u201d in a prompt has no meaning here"),
        ("[cat|dog]", "\u201c[cat|dog]\u201d in a prompt has no meaning here"),
        ("[cat", "square brackets"),
        ("(cat]", "square brackets"),
        ("(at 10:30)", "is not a weight"),
        ("(cat)9", "gives only noise"),
        ("((cat)2 hat)2", "gives only noise"),
        ("(cat)0", "Every word of the prompt has the weight 0"),
        ('("a", "b").blend(1)', "weights in the prompt cannot be read"),
        ('("a", "b").blend(x, y)', "weights in the prompt cannot be read"),
        ('("a", "b").blend(1, -1)', "'.blend(1, -1)' cancel each other out"),
        ('("a", "b").blend(0, 0)', "cancel each other out"),
        ('("a", "b") .blend(-.5,.5)', "cancel each other out"),
        ('("a", "b", "c").blend(0.1, 0.2, -0.3)', "cancel each other out"),
        ('("a", "b").blend(1, -0.999)', "cancel each other out"),
        ('("a", "b").and(0, 0)', "cancel each other out"),
        ('smiling, ("a", "b").blend(1, 1)', "works only when it joins the whole prompt"),
        ('("a BREAK b", "c").blend(1, 1)', "cannot hold BREAK"),
        ("{red} hair", "\u201c{red}\u201d is not a choice"),
        ("{2$$red|blue} hair", "is not a choice"),
        ("{red|blue hair", "do not match"),
        ("고양이", "reads English words only and cannot read \u201c고양이\u201d"),
        ("portrait, (синий фон:1.2)", "\u201cсиний фон\u201d"),
        ("portrait, 蓝色背景", "\u201c蓝色背景\u201d"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(prompt: str, sentence: str) -> None:
    with pytest.raises(InvalidPrompt) as caught:
        read_prompt(prompt, latin_only=True)
    assert sentence in caught.value.message
    assert caught.value.fix


def test_a_base_that_knows_other_scripts_may_read_them() -> None:
    assert read_prompt("고양이").words == "고양이"


def test_a_choice_is_made_by_the_seed_alone_and_makes_each_in_turn() -> None:
    drawn = [read_prompt("{red|blue|{pale|dark} green} hair", seed=seed).words for seed in range(40)]

    assert drawn == [read_prompt("{red|blue|{pale|dark} green} hair", seed=seed).words for seed in range(40)]
    assert set(drawn) == {"red hair", "blue hair", "pale green hair", "dark green hair"}


@pytest.mark.parametrize(
    ("prompt", "read"),
    [
        ("red hair", "pxl, red hair"),
        ("", "pxl"),
        ("(red hair)1.3", "pxl, (red hair)1.3"),
        ("red hair in pxl++", "red hair in (pxl)1.21"),
        ("a BREAK b", '("pxl, a", "b").and(1, 1)'),
        ('("a", "b, PXL").blend(1, 1)', '("pxl, a", "b, PXL").blend(1, 1)'),
    ],
)
def test_a_trigger_word_is_said_once_wherever_it_can_act(prompt: str, read: str) -> None:
    assert str(read_prompt(prompt).with_trigger_words(["pxl", "", "pxl"])) == read


def test_several_trigger_words_keep_their_order() -> None:
    assert read_prompt("hat").with_trigger_words(["one", "two"]) == ReadPrompt(
        ((WeightedWords("one, two, hat"),),), (1.0,)
    )
