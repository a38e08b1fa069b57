from profile_studio.ui.components.words import choose_word, chosen_word, weighted_words


def test_choosing_a_background_replaces_the_one_the_prompt_has() -> None:
    assert choose_word("portrait, blue background", "background", "red") == "portrait, red background"


def test_choosing_any_takes_the_word_out() -> None:
    assert choose_word("portrait, smiling, blue background", "mood", None) == "portrait, blue background"


def test_hair_and_its_colour_stay_one_phrase() -> None:
    prompt = choose_word("portrait, long hair", "hair_colour", "red")
    assert prompt == "portrait, long red hair"
    assert (chosen_word(prompt, "hair"), chosen_word(prompt, "hair_colour")) == ("long", "red")
    assert choose_word(prompt, "hair", "bob") == "portrait, red bob"


def test_bald_has_no_colour() -> None:
    assert choose_word("portrait, long red hair", "hair", "bald") == "portrait, bald"


def test_a_weighted_word_is_still_recognised() -> None:
    assert chosen_word("portrait, blue background++", "background") == "blue"


def test_words_show_their_weight_beside_them() -> None:
    assert weighted_words("red hair++, smile-") == [("red", "red"), ("hair ++", "hair"), ("smile \u2212", "smile")]
