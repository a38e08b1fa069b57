"""Someone who uses the page: clicks, types, waits; and a log of what that cost."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from profile_studio.domain.arrangement import PictureView
from profile_studio.domain.names import suggest_name
from profile_studio.ui.page import BLEND, COMPARE, GALLERY, PICTURES, STORAGE, TRAIN
from profile_studio.ui.texts import ENGLISH, Texts

SOON_MS, WORK_MS = 200_000, 400_000
FILLED = {
    PICTURES: ".welcome, #to-train",
    TRAIN: ".welcome, #promise .promise",
    BLEND: "#make",
    COMPARE: ".welcome, #compare-promise .promise",
    GALLERY: ".welcome, #gallery-grid button",
    STORAGE: "#space *",
}
"""What shows on a tab when the answer has come with which it opens."""
TABS = tuple(FILLED)
OPENS_FOLDS = """([tab, filled]) => {
  const panel = document.getElementById(tab);
  if (![...(panel?.querySelectorAll(filled) ?? [])].some((each) => each.checkVisibility())) return false;
  panel.querySelectorAll('details').forEach((fold) => { fold.open = true; });
  const closed = [...panel.querySelectorAll('.label-wrap:not(.open)')].filter((fold) => fold.checkVisibility());
  closed.forEach((fold) => fold.click());
  return closed.length === 0;
}"""
"""In one breath, since a page that is still filling replaces what a later click would look for."""
ADDS_UP_SHIFTS = """
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
"""
"""How far things jump without being asked to: the cumulative layout shift, of which 0.1 and below is good."""


@dataclass
class Visitor:
    """One person in front of one page. `clicks` counts every press and every choice, typing aside."""

    page: Page
    texts: Texts = ENGLISH
    clicks: int = 0
    log: list[str] = field(default_factory=list[str])
    _started: float = field(default_factory=time.monotonic)

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def note(self, what: str) -> None:
        """Writes down how far the person is: seconds and clicks since the start."""
        self.log.append(f"{time.monotonic() - self._started:6.1f} s  {self.clicks:2d} clicks  {what}")

    def open_tab(self, name: str) -> None:
        self.click(self.page.get_by_role("tab", name=name, exact=True))

    def names_base(self, folder: Path) -> None:
        """A base model of one's own, by its folder."""
        field = self.page.locator("#base input")
        field.fill(str(folder))
        field.press("Enter")
        self.clicks += 1

    def tab_names(self) -> list[str]:
        return self.page.get_by_role("tab").locator("visible=true").all_inner_texts()

    def has_a_set(self, example: str) -> None:
        """Takes the example unless this studio has pictures already."""
        self.open_tab(self.texts.pictures.tab)
        expect(self.page.locator(f"#example-{example}, #to-train").locator("visible=true").first).to_be_visible()
        if not self.page.locator("#to-train").is_visible():
            self.takes_example(example)

    def opens_fold(self, words: str) -> None:
        self.click(self.page.get_by_role("button", name=words).locator("visible=true").first)

    def opens_whole_tab(self, tab_id: str) -> None:
        """With every fold of it."""
        self.click(
            self.page.locator(f"[role=tab][data-tab-id={tab_id}]").last
        )  # the first is Gradio's, to measure widths
        self.page.wait_for_function(OPENS_FOLDS, arg=[tab_id, FILLED[tab_id]], timeout=SOON_MS, polling=100)

    def brings(self, files: list[Path], name: str) -> None:
        """Pictures from the disk become a set, the first or another."""
        self.open_tab(self.texts.pictures.tab)
        add = self.page.locator("#add-set")
        expect(add.or_(self.page.locator("#pictures-files")).locator("visible=true").first).to_be_visible()
        if add.is_visible():
            self.click(add)
        self.page.locator("#pictures-files input[type=file]").set_input_files(files)
        self.page.locator("#pictures-name input, #pictures-name textarea").fill(name)
        self.click(self.page.locator("#pictures-use"))
        expect(self.page.locator("#pictures-dataset input")).to_have_value(suggest_name(name), timeout=SOON_MS)
        expect(self.page.locator("#import")).not_to_be_visible()
        expect(self.page.locator("#to-train")).to_be_visible()

    def takes_example(self, name: str) -> None:
        self.open_tab(self.texts.pictures.tab)
        self.click(self.page.locator(f"#example-{name}"))
        expect(self.page.locator("#to-train")).to_be_visible(timeout=SOON_MS)

    def reads_captions(self) -> None:
        """From a set's pictures to its captions."""
        words = self.texts.pictures.views[PictureView.CAPTIONS]
        self.click(self.page.locator("#picture-view").get_by_text(words, exact=True))
        expect(self.page.locator("#caption-list textarea").first).to_be_visible()

    def goes_to_train(self) -> None:
        self.click(self.page.locator("#to-train"))
        expect(self.page.locator("#promise")).not_to_be_empty(timeout=SOON_MS)

    def sets_numbers(self, **numbers: int) -> None:
        """Opens the fold of the training and writes into it."""
        self.opens_fold(self.texts.train.numbers)
        for name, value in numbers.items():
            self.page.locator(f"#number-{name} input").fill(str(value))

    def starts_training(self, name: str) -> None:
        self.click(self.page.locator("#start-training"))
        words = self.texts.train.started.format(name=name)
        expect(self.page.get_by_text(words)).to_be_visible(timeout=SOON_MS)

    def waits_for_training(self, name: str, steps: int) -> None:
        receipt = self.texts.train.receipt.format(name=name, steps=steps, time="\0").split("\0")[0].strip()
        expect(self.page.locator("#train-progress")).to_contain_text(receipt, timeout=WORK_MS)

    def goes_to_blend(self, name: str) -> None:
        """The LoRA just trained is in its card, and a picture with it is made unasked."""
        self.click(self.page.locator("#to-blend"))
        self.blends_with(name)

    def blends_with(self, name: str) -> None:
        chosen = self.page.locator("#slot-0 button[aria-pressed=true]")
        expect(chosen).to_have_attribute("data-id", name, timeout=SOON_MS)
        self.sees_picture()

    def sees_picture(self) -> None:
        expect(self.page.locator("#stage .tile.done img").first).to_be_visible(timeout=WORK_MS)

    def makes(self, style: str, prompt: str, count: int) -> None:
        """So many pictures at once, in Blend."""
        self.click(self.page.locator(f"#slot-0 button[data-id={style}]"))
        self.page.locator("#prompt textarea").fill(prompt)
        self.page.get_by_label(self.texts.blend.count).locator("visible=true").first.fill(str(count))
        self.click(self.page.locator("#make"))
        pictures = self.page.locator("#stage .tile")
        expect(pictures.and_(self.page.locator(":not(.done)")).first).to_be_visible(timeout=SOON_MS)
        expect(pictures.and_(self.page.locator(".done"))).to_have_count(count, timeout=WORK_MS)

    def compares(self, name: str, prompts: list[str] | None = None, steps: int | None = None) -> None:
        """From Blend to a finished table; given prompts and steps make it short."""
        self.click(self.page.locator("#to-compare"))
        expect(self.page.locator("#compare-models").get_by_label(name, exact=True)).to_be_checked(timeout=SOON_MS)
        if prompts is not None:
            self.opens_fold(self.texts.compare.more)
            self.page.locator("#compare-prompts textarea").fill("\n".join(prompts))
            self.page.locator("#compare-steps input").fill(str(steps))
            self.page.locator("#compare-seeds input[type=number]").fill("1")
        self.click(self.page.locator("#start-comparison"))
        expect(self.page.locator("#comparison-table")).to_contain_text(name, timeout=WORK_MS)

    def presses_tab(self, tab_id: str) -> None:
        """Opens a tab of the page by the keyboard."""
        self.tabs_to(f"[role=tab][data-tab-id={tab_id}]")
        self.page.keyboard.press("Enter")

    def tabs_to(self, selector: str, furthest: int = 150) -> None:
        """Presses Tab until the focus is on (or in) `selector`, as those do who have no mouse."""
        for _ in range(furthest):
            if self.page.evaluate("(s) => !!document.activeElement.closest(s)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"The Tab key never came to {selector}.")
