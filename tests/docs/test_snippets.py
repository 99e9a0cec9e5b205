"""Every snippet of the README and the docs runs, and shows what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r'title="([^"]+)"')


def _blocks(page: Path) -> list[tuple[str, str, str]]:
    return [match.groups() for match in FENCE.finditer(page.read_text(encoding="utf-8"))]  # type: ignore[misc]


def _with_snippets() -> list[Path]:
    return [page for page in PAGES if any(kind in ("console", "python") for kind, _, _ in _blocks(page))]


@pytest.mark.parametrize("page", _with_snippets(), ids=lambda page: str(page.relative_to(ROOT)))
def test_snippets_run(page: Path, tmp_path: Path):
    """Files named by a title are written, commands run with the exit code shown, Python blocks run whole.

    A block ``text prints`` holds what the Python block before it prints.
    """
    printed = ""
    for kind, info, text in _blocks(page):
        title = TITLE.search(info)
        if title:
            (tmp_path / title[1]).parent.mkdir(exist_ok=True)
            (tmp_path / title[1]).write_text(text, encoding="utf-8")
        elif kind == "python":
            printed = _run_python(text, tmp_path)
        elif info.strip() == "prints":
            assert printed == text
        elif kind == "console":
            _run_console(text, tmp_path)


def _run_python(text: str, folder: Path) -> str:
    """Run a block beside the command it may call, and return what it prints."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _run_console(text: str, folder: Path) -> None:
    """Run each ``$ command`` and compare what follows it; a line ``...`` stands for any lines."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        words = shlex.split(command, comments=True)
        if words[0] != "fleetopt":
            continue
        expected_code = int(match[1]) if (match := re.search(r"# exit (\d)", command)) else 0
        program = Path(sys.executable).with_name("fleetopt")
        done = subprocess.run([program, *words[1:]], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == expected_code, f"{command}: {done.stderr}"
        if shown.strip():
            printed = done.stdout if done.stdout.strip() else done.stderr
            _assert_shown(printed, shown, command)


def _assert_shown(printed: str, shown: str, command: str) -> None:
    lines = [line.rstrip() for line in shown.strip("\n").splitlines()]
    pattern = "\n".join("(?:.*\n)*?.*" if line == "..." else re.escape(line) for line in lines)
    text = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
    assert re.fullmatch(pattern, text), f"{command} prints\n{text}"


def test_links_lead_somewhere():
    """Every relative link of the pages points at a file that exists."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
