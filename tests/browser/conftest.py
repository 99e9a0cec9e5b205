"""One headless Chromium for the run, and pages opened in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.browser.figures import SCRIPTS

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WITHOUT = "FLEETOPT_NO_BROWSER"
NONE = (
    f"no Chromium on this machine ({', '.join(NAMES)}): HTML pages cannot be checked. Install it, for example by "
    f"`sh tools/browser.sh`, or set {WITHOUT}=1 to leave these tests out."
)
#: Nothing is asked of the network, and nothing is kept.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
WIDTHS = {"desktop": 1280, "phone": 390}
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser: without one the tests fail, unless they are left out on purpose."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        if os.environ.get(WITHOUT) == "1":
            pytest.skip(f"{WITHOUT}=1: HTML PAGES ARE NOT CHECKED")
        pytest.fail(NONE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(FLAGS), headless=True)
        yield started
        started.close()


@pytest.fixture(scope="session")
def window(browser: Browser) -> Page:
    """One page for all that is opened: a process of its own for each would take longer than what is asked of it."""
    return browser.new_page()


@pytest.fixture
def shown(window: Page, tmp_path: Path) -> Iterator[Open]:
    """Open a text as a page, at a width and in a theme; `asked` of the page is what it asked the network for.

    What was opened before is gone then.
    """
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    def opened(text: str, width: str = "desktop", theme: str = "light") -> Page:
        path = tmp_path / "page.html"
        path.write_text(text, encoding="utf-8")
        asked.clear()
        window.set_viewport_size({"width": WIDTHS[width], "height": 900})
        window.emulate_media(media="screen", color_scheme="dark" if theme == "dark" else "light")
        window.goto(path.as_uri())
        window.asked = [url for url in asked if url != path.as_uri()]  # type: ignore[attr-defined]
        for script in SCRIPTS:
            window.evaluate(script)
        return window

    window.on("request", note)
    yield opened
    window.remove_listener("request", note)
