"""Files are whole or untouched; stdout gets what was asked for."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from optimizer.cli.output import wants_colour, write_file
from optimizer.cli.progress import ProgressLine
from optimizer.errors import FleetoptError
from tests.unit.report.sample_plan import sample_plan


def test_with_a_file_the_document_is_kept_and_the_page_printed(invoke, tmp_path):
    """`-o plan.json`: JSON in the file, the page on stdout."""
    target = tmp_path / "plan.json"
    result = invoke("plan", "shop-search", "-o", str(target))
    assert json.loads(target.read_text())["format"] == "fleetopt/plan/1"
    assert json.loads(target.read_text()) == json.loads(json.dumps(sample_plan().to_dict()))
    assert result.stdout.startswith("shop-search · 12 months")
    assert f"wrote {target}" in result.stderr


def test_quiet_with_a_file_prints_nothing(invoke, tmp_path):
    """Scripts want the file only."""
    result = invoke("plan", "shop-search", "-o", str(tmp_path / "plan.json"), "--quiet")
    assert (result.stdout, result.stderr) == ("", "")


def test_a_named_format_goes_to_the_file(invoke, tmp_path):
    """`--format csv -o bill.csv`: the bill in the file, nothing on stdout."""
    target = tmp_path / "bill.csv"
    result = invoke("plan", "shop-search", "--format", "csv", "-o", str(target))
    assert target.read_text().startswith("category,item,")
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments", [("-o", "plan.html"), ("-o", "plan.HTM"), ("--format", "html", "-o", "plan.page")]
)
def test_a_name_that_ends_in_html_gets_a_page_for_browsers(invoke, tmp_path, arguments):
    """`-o plan.html` needs no `--format`; the page for the screen is printed as well where none was named."""
    target = tmp_path / arguments[-1]
    result = invoke("plan", "shop-search", *arguments[:-1], str(target))
    assert target.read_text().startswith("<!doctype html>")
    assert result.stdout.startswith("shop-search · 12 months") == ("--format" not in arguments)


def test_a_page_for_browsers_goes_to_stdout_where_no_file_is_named(invoke):
    """`--format html > plan.html`: whole, and nothing else."""
    result = invoke("plan", "shop-search", "--format", "html", "--quiet")
    assert result.stdout.startswith("<!doctype html>")
    assert result.stdout.endswith("</html>\n")


def test_a_dash_is_stdout(invoke):
    """`-o -` prints the document and makes no file of that name."""
    result = invoke("plan", "shop-search", "-o", "-")
    assert json.loads(result.stdout)["status"] == "optimal"
    assert not Path("-").exists()


@pytest.mark.parametrize("name", ["missing/plan.json", ""])
def test_a_place_that_cannot_be_written_is_refused_before_planning(invoke, tmp_path, name):
    """No plan is computed for a folder that does not exist, or for a folder itself."""
    result = invoke("plan", "x", "-o", str(tmp_path / name), ending="bug")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert "internal error" not in result.stderr


def _refuse_to_replace(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, "replace", refuse)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_stops_midway_leaves_the_old_file_whole(tmp_path, monkeypatch, error):
    """Whatever stops the replacement, the old file is as it was and nothing is left beside it."""
    target = tmp_path / "plan.json"
    target.write_text("old")
    _refuse_to_replace(monkeypatch, error)
    with pytest.raises(FleetoptError if isinstance(error, OSError) else KeyboardInterrupt):
        write_file(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_command_reports_a_write_that_fails(invoke, tmp_path, monkeypatch):
    """Exit 1, the reason, the old file untouched."""
    target = tmp_path / "plan.json"
    target.write_text("old")
    _refuse_to_replace(monkeypatch, OSError(28, "No space left on device"))
    result = invoke("plan", "shop-search", "-o", str(target))
    assert result.exit_code == 1
    assert f"{target}: cannot be written (No space left on device)." in result.stderr
    assert target.read_text() == "old"


def test_an_existing_file_keeps_its_permissions_and_a_new_one_gets_usual_ones(tmp_path):
    """Not the private ones of a temporary file."""
    kept, new = tmp_path / "kept", tmp_path / "new"
    kept.write_text("old")
    kept.chmod(0o640)
    mask = os.umask(0o022)
    try:
        write_file(kept, "x")
        write_file(new, "x")
    finally:
        os.umask(mask)
    assert (kept.stat().st_mode & 0o777, new.stat().st_mode & 0o777) == (0o640, 0o644)


def test_a_link_is_followed(tmp_path):
    """The linked file changes, the link stays a link."""
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to(real)
    write_file(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_device_is_written_to_and_never_replaced():
    """`-o /dev/null` leaves the device a device."""
    write_file(Path(os.devnull), "gone")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize(
    ("name", "value", "wanted"), [("NO_COLOR", "1", False), ("NO_COLOR", "", True), ("TERM", "dumb", False)]
)
def test_colour_is_left_out_on_request(monkeypatch, name, value, wanted):
    """NO_COLOR counts where it is not empty (no-color.org); so does a dumb terminal."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    assert wants_colour() is wanted


def test_progress_without_a_terminal_is_a_line_a_stage():
    """Logs get no escape sequences and no flood."""
    stream = io.StringIO()
    with ProgressLine(stream, live=False) as progress:
        progress("solve", "20 blocks")
        progress("solve", "best plan 3")
        progress("verify", "")
    assert stream.getvalue() == "solve: 20 blocks\nverify\n"


def test_progress_in_a_terminal_rewrites_one_line_and_clears_it(monkeypatch):
    """Each call replaces the line, cut to the terminal; the end leaves nothing behind, after an error as well."""
    monkeypatch.setenv("COLUMNS", "24")
    stream = io.StringIO()
    with pytest.raises(ValueError, match="stop"), ProgressLine(stream, live=True) as progress:
        progress("solve", "x\x1b" + "y" * 50)
        raise ValueError("stop")
    clear = "\r\x1b[K"
    assert stream.getvalue() == f"{clear}solve: x?{'y' * 14}{clear}"
