"""Every page of the command line on screens of any width: no line is wider than the screen, and no word is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from optimizer.cli import output
from optimizer.report.page import Facts, Page
from optimizer.report.report import Report, render
from optimizer.report.text import page_text
from tests.support.bursts import arrivals, gamma, write_log
from tests.support.command import run_here

WIDTHS = (50, 60, 80, 120)
OPTIONS = """\
format: fleetopt/options/1
options:
  - label: as it stands
  - {label: only L4, allow: [g6.*]}
  - {label: 6 ms, set: {services.encoder.latency.p99_ms: 6}}
"""
COMMANDS = {
    "plan": "plan single-service -o one.json",
    "plan with owned machines": "plan cloud-and-owned -o two.json",
    "compare": "compare single-service --options options.yaml",
    "explain": "explain single-service encoder",
    "verify": "verify two.json",
    "verify --replay": "verify two.json --replay",
    "verify --lose-zone": "verify two.json --lose-zone",
    "verify --trace": "verify one.json --trace log.csv --service encoder",
    "cost": "cost two.json",
    "diff": "diff one.json two.json",
    "check": "check shop-search",
    "traffic fit": "traffic fit log.csv",
    "profile show": "profile show",
    "profile show of one": "profile show bert-base-s128/fp16",
    "profile show of an accelerator": "profile show bert-base-s128/fp16 --accelerator T4-16GB",
    "catalog list": "catalog list",
    "catalog show": "catalog show datacentre",
    "catalog check": "catalog check public-cloud",
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Page]]:
    """The page that each command prints, made once: its width is the screen's matter."""
    folder = tmp_path_factory.mktemp("narrow")
    (folder / "options.yaml").write_text(OPTIONS, encoding="utf-8")
    write_log(folder / "log.csv", arrivals(gamma(20.0, 0.09, 700, 1), 1.0, 2))
    found: dict[str, Page] = {}
    with pytest.MonkeyPatch.context() as patch:
        for name, command in COMMANDS.items():
            patch.setattr(output, "render", _keeping(found, name))
            result = run_here([*command.split()], folder)
            assert result.exit_code == 0, f"{command}: {result.stderr}"
    yield found


def _keeping(found: dict[str, Page], name: str) -> Callable[..., str]:
    def kept(report: Report, *arguments: object, **more: object) -> str:
        found[name] = report.page()
        return render(report, *arguments, **more)  # type: ignore[arg-type]

    return kept


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", COMMANDS)
def test_pages_fit_the_screen(name: str, width: int, pages: dict[str, Page]):
    """No line is wider than the screen, and no word that is shown is a part of one."""
    text = page_text(pages[name], width)
    assert max(map(cell_len, text.splitlines())) <= width
    whole = {word for said in _said(pages[name]) for word in said.split()}
    assert set(text.split()) - whole - {"·"} == set()


def _said(page: Page) -> Iterator[str]:
    """Every text of a page, as it may be written."""
    yield from page.title
    for part in page.parts:
        yield part.heading
        if isinstance(part, Facts):
            yield from (piece for line in part.lines for piece in line)
            continue
        yield from (*part.remarks, *(column.name for column in part.columns))
        for row in (*part.rows, *([part.total] if part.total is not None else [])):
            yield from (*row.cells, *row.notes)
            yield from (column.as_note.format(cell) for column, cell in zip(part.columns, row.cells, strict=True))


def test_the_width_of_a_terminal_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A narrow one folds what a wide one shows beside each other."""
    monkeypatch.setattr(output, "PIPE_WIDTH", 50)
    printed = run_here(["profile", "show", "bert-base-s128/fp16"], tmp_path).stdout
    assert 40 < max(map(cell_len, printed.splitlines())) <= 50
