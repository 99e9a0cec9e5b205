"""Every snippet of the README and the docs runs, and shows what it says; ``make golden`` renews what is shown."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from difflib import unified_diff
from pathlib import Path

import pytest

from tests.support.command import run_here
from tests.support.snippets import Block, blocks_of, fits, renewed

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: Pages whose commands make many plans each.
SLOW = (
    "ask-why.md",
    "compare-hardware.md",
    "compare-owned-with-rented.md",
    "draw-totals.md",
    "make-a-page-to-show.md",
    "margins.md",
    "own-data.md",
    "plan-again.md",
    "plan-owned-hardware.md",
    "read-an-infeasible-answer.md",
    "replay-a-plan.md",
    "split-a-page.md",
    "weigh-alternatives.md",
)


def _with_snippets() -> list[object]:
    return [
        pytest.param(page, id=str(page.relative_to(ROOT)), marks=[pytest.mark.slow] * (page.name in SLOW))
        for page in PAGES
        if any(block.kind in ("console", "python") for block in blocks_of(page.read_text(encoding="utf-8")))
    ]


@pytest.mark.parametrize("page", _with_snippets())
def test_snippets_run(page: Path, tmp_path: Path, request: pytest.FixtureRequest):
    """Files named by a title are written, commands run with the exit code shown, Python blocks run whole.

    A block ``text prints`` holds what the Python block before it prints.
    """
    text = page.read_text(encoding="utf-8")
    told = _run(blocks_of(text), tmp_path)
    if request.config.getoption("--update-golden", default=False):
        for block, today in reversed(told):
            text = text[: block.span[0]] + today + text[block.span[1] :]
        page.write_text(text, encoding="utf-8")
    else:
        shown, today = ("".join(texts).splitlines() for texts in zip(*((b.text, now) for b, now in told), strict=True))
        changed = "\n".join(unified_diff(shown, today, "shown", "printed", lineterm="", n=0))
        assert not changed, f"`make golden` renews it:\n{changed}"


def _run(blocks: list[Block], folder: Path) -> list[tuple[Block, str]]:
    """Run the blocks of a page in turn; return those that show something, with what they should show."""
    told, printed = [], ""
    for block in blocks:
        if block.title:
            (folder / block.title).parent.mkdir(exist_ok=True)
            (folder / block.title).write_text(block.text, encoding="utf-8")
        elif block.kind == "python":
            printed = _run_python(block.text, folder)
        elif block.kind == "console":
            told.append((block, _run_console(block.text, folder)))
        elif block.info.strip() == "prints":
            told.append((block, printed))
    return told


def _run_python(text: str, folder: Path) -> str:
    """Run a block, and return what it prints."""
    done = subprocess.run([sys.executable, "-c", text], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _run_console(text: str, folder: Path) -> str:
    """Run each ``$ command``, and return the block as it should be: as it is where what it shows is printed."""
    return "".join(_run_command(part, folder) for part in re.split(r"^(?=\$ )", text, flags=re.MULTILINE))


def _run_command(part: str, folder: Path) -> str:
    command, _, shown = part.partition("\n")
    words = shlex.split(command.removeprefix("$ "), comments=True)
    if not words or words[0] != "fleetopt":
        return part
    expected_code = int(match[1]) if (match := re.search(r"# exit (\d)", command)) else 0
    done = run_here(words[1:], folder)
    assert done.exit_code == expected_code, f"{command}: {done.stderr or done.stdout}"
    printed = done.stdout if done.stdout.strip() else done.stderr
    return part if not shown.strip() or fits(shown, printed) else f"{command}\n{renewed(shown, printed)}"


def test_links_lead_somewhere():
    """Every relative link of the pages points at a file that exists."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


SHOWN = "...\n  Total  USD 10\n...\n  least  3\n  most   4\n...\n"
PRINTED = "title\n\n  Total  USD 12\n  Proven\n  What   3\n  least  5\n  most   6\n  sum\n\n"


def test_what_is_shown_must_be_printed():
    """A line that is printed otherwise is noticed, and one that `...` stands for is not asked for."""
    assert fits(SHOWN, PRINTED.replace("12", "10").replace("5", "3").replace("6", "4"))
    assert not fits(SHOWN, PRINTED)
    assert not fits("  Total  USD 12\n", PRINTED)


def test_shown_lines_are_renewed_at_their_place():
    """Figures change, the choice of lines stays."""
    today = "...\n  Total  USD 12\n...\n  least  5\n  most   6\n...\n"
    assert renewed(SHOWN, PRINTED) == today
    assert fits(today, PRINTED)
    assert renewed("title\n...\n", PRINTED) == "title\n...\n"
