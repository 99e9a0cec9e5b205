"""Every snippet of the README and the docs runs, and shows what it says; ``make golden`` renews what is shown."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import warnings
from difflib import unified_diff
from pathlib import Path

import pytest

from tests.support.command import run_here
from tests.support.snippets import Block, blocks_of, fits, renewed

ROOT = Path(__file__).resolve().parents[2]
#: What `fleetopt plan NAME --quiet` prints, kept whole and compared with the command by a test beside it.
KEPT = ROOT / "tests" / "golden"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: Pages whose commands make many plans each.
SLOW = (
    "add-a-measurement.md",
    "ask-why.md",
    "compare-hardware.md",
    "compare-owned-with-rented.md",
    "draw-totals.md",
    "failures.md",
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
    renew = bool(request.config.getoption("--update-golden", default=False))
    told = _run(blocks_of(text), tmp_path, None if renew else KEPT)
    if renew:
        for block, today in reversed(told):
            text = text[: block.span[0]] + today + text[block.span[1] :]
        page.write_text(text, encoding="utf-8")
    else:
        shown, today = ("".join(texts).splitlines() for texts in zip(*((b.text, now) for b, now in told), strict=True))
        changed = "\n".join(unified_diff(shown, today, "shown", "printed", lineterm="", n=0))
        assert not changed, f"`make golden` renews it:\n{changed}"


def _run(blocks: list[Block], folder: Path, kept: Path | None) -> list[tuple[Block, str]]:
    """Run the blocks of a page in turn; return those that show something, with what they should show.

    Pages of shipped scenarios are read from the folder `kept`, if there is one.
    """
    told, printed = [], ""
    for block in blocks:
        if block.title:
            (folder / block.title).parent.mkdir(exist_ok=True)
            (folder / block.title).write_text(block.text, encoding="utf-8")
        elif block.kind == "python":
            printed = _run_python(block.text, folder)
        elif block.kind == "console":
            told.append((block, _run_console(block.text, folder, kept)))
        elif block.info.strip() == "prints":
            told.append((block, printed))
    return told


def _run_python(text: str, folder: Path) -> str:
    """Run a block in this process, as a program of its own, and return what it prints."""
    printed = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # a program as short as these leaves files to its end
        exec(compile(text, "<block>", "exec"), {"__name__": "__main__"})
    return printed.getvalue()


def _run_console(text: str, folder: Path, kept: Path | None) -> str:
    """Run each ``$ command``, and return the block as it should be: as it is where what it shows is printed."""
    return "".join(_run_command(part, folder, kept) for part in re.split(r"^(?=\$ )", text, flags=re.MULTILINE))


def _run_command(part: str, folder: Path, kept: Path | None) -> str:
    command = part.partition("\n")[0]
    words = shlex.split(command.removeprefix("$ "), comments=True)
    if not words or words[0] != "fleetopt":
        return part
    if kept is not None and words[1] == "plan" and words[3:] == ["--quiet"]:
        page = kept / f"{words[2]}.txt"
        if page.exists():
            return _as_shown(part, page.read_text(encoding="utf-8"))
    expected_code = int(match[1]) if (match := re.search(r"# exit (\d)", command)) else 0
    done = run_here(words[1:], folder)
    assert done.exit_code == expected_code, f"{command}: {done.stderr or done.stdout}"
    return _as_shown(part, done.stdout if done.stdout.strip() else done.stderr)


def _as_shown(part: str, printed: str) -> str:
    """Return a command with what it shows, as that should be."""
    command, _, shown = part.partition("\n")
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
