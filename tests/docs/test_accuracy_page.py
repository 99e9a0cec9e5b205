"""The page on accuracy shows what ``make accuracy`` prints today."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.snippets import without_trailing_blanks

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "accuracy.md"
SLOW = ("service", "theory", "promises", "scatter")


@pytest.fixture(scope="module")
def printed() -> Iterator[Callable[[str], str]]:
    """Return what the script prints of a part."""
    if not (ROOT / "benchmarks").is_dir():
        pytest.skip("benchmarks/ is not part of this distribution")
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(ROOT / "benchmarks"))
    import accuracy

    yield lambda part: without_trailing_blanks("\n".join(accuracy.texts(part)))
    patch.undo()
    for name in [name for name in sys.modules if name.split(".")[0] in ("accuracy", "figures")]:
        del sys.modules[name]


@pytest.mark.parametrize("part", ["charts", *(pytest.param(part, marks=pytest.mark.slow) for part in SLOW)])
def test_the_page_shows_what_is_measured_today(printed, part, request):
    """Every table and chart of the page is the script's; ``--update-golden`` renews it."""
    text = PAGE.read_text(encoding="utf-8")
    block = re.search(rf"^```text accuracy={part}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert block is not None
    today = printed(part)
    if request.config.getoption("--update-golden", default=False):
        PAGE.write_text(f"{text[: block.start(1)]}{today}\n{text[block.end(1) :]}", encoding="utf-8")
    else:
        assert without_trailing_blanks(block[1]) == today
