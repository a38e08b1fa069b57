"""The page as a Korean browser shows it: Korean throughout, English on demand."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpensPage
from tests.browser.visitor import TABS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = r"Profile Studio|English|cutouts|face-stability|pixel-art|voxel-art|watercolor|LoRA|\d{8}-\d{6}-\S+|/\S+|[\d.]+\s[kMGT]?B"
GRADIO = "Gradio footer navigation|Click to upload or drop files"  # for screen readers; it has no other words for these
READ = """() => {
  const isShown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const skipped = 'script, style, [lang=en], #word-weights label, #recipe dd';
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (node.data.trim() && isShown(parent) && !parent.closest(skipped)) texts.push(node.data.trim());
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
    for (const element of document.querySelectorAll(`[${name}]`))
      if (isShown(element) && !element.closest(skipped)) texts.push(element.getAttribute(name));
  return texts;
}"""
"""Everything a person reads or is read, but prompts and recipes, which are English in any language."""


@pytest.fixture
def korean(opens: OpensPage, studio_address: str) -> Page:
    page = opens(studio_address, locale="ko-KR")
    expect(page.locator("#slot-0 button[aria-pressed=true]")).to_have_attribute("data-id", "watercolor")
    return page


def test_a_korean_browser_reads_korean_on_every_tab(korean: Page) -> None:
    expect(korean.locator("html")).to_have_attribute("lang", "ko")
    for tab in TABS:
        Visitor(korean).opens_whole_tab(tab)
        texts: list[str] = korean.evaluate(READ)
        assert len(texts) > 10
        english = [text for text in texts if re.search("[A-Za-z]{2}", text) and not re.search("[가-힣]", text)]
        assert [text for text in english if not re.fullmatch(f"{NAMES}|{GRADIO}", text)] == [], tab


def test_the_switch_stays_on_the_open_tab_and_is_remembered(korean: Page) -> None:
    Visitor(korean).opens_whole_tab("train")
    korean.wait_for_url("**tab=train")
    korean.get_by_role("link", name="English").click()
    expect(korean.get_by_role("tab", name="2 Train").last).to_have_attribute("aria-selected", "true")
    expect(korean.locator("html")).to_have_attribute("lang", "en")

    korean.goto(re.sub(r"\?.*", "", korean.url))
    expect(korean.get_by_role("tab", name="2 Train").last).to_be_visible()

    korean.get_by_role("link", name="한국어").focus()
    korean.keyboard.press("Enter")
    expect(korean.get_by_role("tab", name="2 학습").last).to_be_visible()


def test_a_korean_prompt_is_answered_with_words_the_base_knows(korean: Page) -> None:
    korean.locator("#prompt textarea").fill("빨간 머리 여자, 우주선")
    hint = korean.locator("#foreign-words")
    expect(hint).to_contain_text("이 기본 모델은 영어 낱말만 읽어요")
    expect(hint).to_contain_text("우주선")
    hint.get_by_role("button", name="red hair").click()
    expect(korean.locator("#prompt textarea")).to_have_value("red hair, 여자, 우주선")
    korean.locator("#make").click()
    expect(korean.get_by_role("alert")).to_contain_text(
        "스타터 모델은 영어 낱말만 읽어서 “여자 우주선” 부분을 읽을 수 없어요"
    )


def test_a_number_out_of_its_bounds_is_named_in_korean_beside_the_form(korean: Page) -> None:
    Visitor(korean).opens_whole_tab("blend")
    korean.get_by_label("가이던스 스케일").last.fill("99")
    korean.locator("#make").click()
    expect(korean.get_by_role("alert")).to_contain_text("가이던스 스케일: 30 이하여야 해요.")


def test_a_number_typed_beyond_a_slider_becomes_the_nearest_it_has(korean: Page) -> None:
    Visitor(korean).opens_whole_tab("compare")
    seeds, promise = korean.locator("#compare-seeds input[type=number]"), korean.locator("#compare-promise")
    expect(promise).to_contain_text("시드")
    for typed, taken in (("99", "16"), ("0", "1")):
        seeds.fill(typed)
        seeds.press("Tab")
        expect(seeds).to_have_value(taken)
        expect(promise).to_contain_text(f"시드 {taken}개")
    expect(korean.get_by_test_id("toast-body")).to_have_count(0)
