"""Makes the pictures of the page in docs/screens, in every language: `make screenshots`.

Walks a stranger's path once on an empty home (about six minutes on two cores) and takes each state as it comes by, in
every language on a wide window and a phone. WebP, because the repository carries them.
"""

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from profile_studio.settings import REPOSITORY_ROOT
from profile_studio.ui.languages import LANGUAGES
from tests.browser.conftest import start_chromium
from tests.browser.visitor import SOON_MS, Visitor
from tests.running_app import running_app

SCREENS = REPOSITORY_ROOT / "docs" / "screens"
EXAMPLE, ADAPTER, STEPS = "voxel-art", "voxel-art-2", 300  # voxel-art itself is the name of a LoRA that ships
WIDE, PHONE = (1200, 820), (360, 740)
LONGEST_PX = 1500
QUALITY = 52
MADE = {
    "pixel-art": "portrait of a man, spiky black hair, sunglasses, smiling, tan skin, red shirt, yellow background",
    "watercolor": "portrait of a woman, curly brown hair, smiling, brown skin, yellow shirt, purple background",
}
SEEN_STEPS = 150  # of the training when it is taken


@dataclass
class Photographer:
    """Takes the same state in every language; each window is a visit of its own."""

    browser: Browser
    address: str

    def takes(
        self,
        name: str,
        tab: str,
        shows: str,
        scheme: str = "light",
        sizes: tuple[tuple[int, int], ...] = (WIDE,),
        presses: str | None = None,
    ) -> None:
        """Writes `<name>-<language>[-phone].webp`.

        Args:
            tab: id of the tab.
            shows: selector of what must be on the page first.
            presses: selector of what is clicked before that.
        """
        for texts in LANGUAGES:
            for size in sizes:
                context = self.browser.new_context(
                    viewport={"width": size[0], "height": size[1]},
                    color_scheme="dark" if scheme == "dark" else "light",
                    locale=texts.language,
                )
                page = context.new_page()
                page.goto(f"{self.address}?tab={tab}&lang={texts.language}")
                if presses:
                    page.locator(presses).first.click()
                expect(page.locator(shows).locator("visible=true").first).to_be_visible(timeout=SOON_MS)
                self._settle(page)
                phone = "-phone" if size == PHONE else ""
                write_picture(page, SCREENS / f"{name}-{texts.language}{phone}.webp", is_long=not phone)
                context.close()

    def _settle(self, page: Page) -> None:
        page.evaluate("document.fonts.ready")
        page.wait_for_function("[...document.images].every((image) => image.complete)")
        page.wait_for_timeout(1500)  # Gradio moves what it shows


def write_picture(page: Page, path: Path, is_long: bool) -> None:
    """The page as WebP: what the window shows, or with `is_long` more of it."""
    with Image.open(io.BytesIO(page.screenshot(full_page=is_long))) as picture:
        shown = picture.crop((0, 0, picture.width, min(picture.height, LONGEST_PX)))
        shown.convert("RGB").save(path, quality=QUALITY, method=6)
    print(f"{path.relative_to(REPOSITORY_ROOT)}  {path.stat().st_size / 1000:.0f} kB", flush=True)


def main() -> None:
    SCREENS.mkdir(exist_ok=True)
    both = (WIDE, PHONE)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright, running_app(Path(home)) as address:
        browser = start_chromium(playwright)
        camera = Photographer(browser, address)
        visitor = Visitor(browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]}))
        visitor.page.goto(address)
        visitor.sees_picture()
        camera.takes("blend", "blend", "#stage .tile.done img", sizes=both)
        camera.takes("blend-dark", "blend", "#stage .tile.done img", scheme="dark", sizes=(PHONE,))
        camera.takes("pictures-empty", "pictures", "#pictures-files", sizes=both)
        visitor.takes_example(EXAMPLE)
        camera.takes("pictures", "pictures", "#to-train", sizes=both)
        visitor.goes_to_train()
        visitor.starts_training(ADAPTER)
        wait_for_step(visitor, SEEN_STEPS)
        camera.takes("train", "train", "#train-progress [role=progressbar]", sizes=both)
        visitor.waits_for_training(ADAPTER, STEPS)
        visitor.goes_to_blend(ADAPTER)
        visitor.compares(ADAPTER)
        camera.takes("compare", "compare", "#sentences li", sizes=both)
        visitor.open_tab(visitor.texts.blend.tab)
        for style, prompt in MADE.items():
            visitor.makes(style, prompt, count=4)
        camera.takes("gallery", "gallery", "#gallery-picture dl", presses="#gallery-grid button:last-child")
        camera.takes("storage", "storage", "table")
        browser.close()


def wait_for_step(visitor: Visitor, step: int) -> None:
    """Until the training that is shown has come to this step."""
    visitor.page.wait_for_function(
        "(step) => Number(document.querySelector('#train-progress [role=progressbar]')?.ariaValueNow) >= step",
        arg=100 * step / STEPS,
        timeout=10 * SOON_MS,
    )


if __name__ == "__main__":
    main()
