"""The command as a process: what a shell, a pipe and a terminal see of it."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import FAKE, environment, real_command

HEAVY = ("numpy", "pydantic", "ortools", "rich", "numba", "ruamel", "scipy")


def _loaded(code: str) -> set[str]:
    """Top-level packages in memory after `code` in a fresh interpreter."""
    probe = f"{code}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}), file=sys.__stderr__)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, env=environment(), check=True)
    return set(done.stderr.split())


def test_help_imports_nothing_heavy():
    """`fleetopt --help` costs the interpreter, typer and our own words."""
    assert not _loaded("import optimizer.cli.main").intersection(HEAVY)
    ask = (
        "import sys, contextlib\nfrom optimizer.cli.main import run\nsys.argv = ['fleetopt', '--help']\n"
        "with contextlib.suppress(SystemExit): run()"
    )
    assert not _loaded(ask).intersection(HEAVY)


def test_the_package_imports_nothing_until_asked():
    """`import optimizer` is free; its public names are there all the same."""
    loaded = _loaded("import optimizer\nassert 'plan' in dir(optimizer)")
    assert not loaded.intersection({*HEAVY, "typer"})


def test_public_names_resolve():
    """Every name that the package lists can be imported."""
    import optimizer

    assert all(getattr(optimizer, name) is not None for name in optimizer.__all__)
    with pytest.raises(AttributeError, match="no attribute 'replan_everything'"):
        _ = optimizer.replan_everything


def test_check_and_catalog_load_no_solver():
    """Reading and checking a scenario needs neither ortools nor numba."""
    ask = (
        "import sys, contextlib\nfrom optimizer.cli.main import run\n"
        "sys.argv = ['fleetopt', 'check', 'single-service']\n"
        "with contextlib.suppress(SystemExit): run()"
    )
    assert not _loaded(ask).intersection({"ortools", "numba", "rich.console"})


def test_stdout_of_json_is_json_and_nothing_else(fake):
    """With warnings and progress on stderr, stdout parses as it is."""
    done = fake("plan", "shop-search", "--format", "json")
    assert json.loads(done.stdout)["format"] == "fleetopt/plan/1"
    assert "warning:" in done.stderr
    assert "solve: 20 blocks" in done.stderr


def test_json_is_utf_8_in_any_locale(fake):
    """Data does not change with the terminal's encoding; the page falls back to plain signs."""
    page = fake("plan", "shop-search", PYTHONIOENCODING="ascii").stdout
    assert "±" not in page
    assert "estimated +-35 %" in page
    done = subprocess.run(
        [*FAKE, "plan", "x", "--format", "json"],
        capture_output=True,
        env=environment(PYTHONIOENCODING="ascii"),
        check=True,
    )
    assert json.loads(done.stdout.decode("utf-8"))["scenario"]["name"] == "shop-search"


def test_a_pipe_gets_100_plain_columns(fake):
    """No escape sequence, no line beyond 100 columns, whatever COLUMNS says."""
    text = fake("plan", "shop-search", COLUMNS="300").stdout
    assert "\x1b" not in text
    assert 90 < max(len(line) for line in text.splitlines()) <= 100


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("infeasible", 3),
        ("interrupt", 130),
        pytest.param("fault", 1, marks=pytest.mark.slow),
        pytest.param("no plan", 4, marks=pytest.mark.slow),
    ],
)
def test_exit_codes_reach_the_shell(fake, ending, code):
    """The process ends as the interface says, stdout empty."""
    done = fake("plan", "x", FAKE=ending)
    assert (done.returncode, done.stdout) == (code, "")


@pytest.mark.parametrize("format_", ["table", "json"])
def test_a_reader_that_stops_reading_is_no_error(format_):
    """Into a pipe that nobody reads any more: no complaint, and the exit code of a broken pipe."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [*FAKE, "plan", "x", "--format", format_, "--quiet"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, env=environment(), check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told(tmp_path):
    """A result that stdout cannot take ends with exit 1 and the reason."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*FAKE, "plan", "x", "-q"], stdout=full, stderr=subprocess.PIPE, text=True, env=environment(), check=False
        )
    assert (done.returncode, done.stderr) == (1, "fleetopt: stdout: cannot be written (No space left on device).\n")


def _in_terminal(*arguments: str, **extra: str) -> str:
    """Run in a pseudo-terminal of 120 columns and return everything it showed."""
    leader, follower = pty.openpty()
    env = environment(TERM="xterm", COLUMNS="120", LINES="50", **extra)
    process = subprocess.Popen([*FAKE, *arguments], stdout=follower, stderr=follower, stdin=follower, env=env)
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not piece:
            break
        shown += piece
    process.wait()
    os.close(leader)
    return shown.decode("utf-8")


def test_a_terminal_gets_colour_its_own_width_and_progress_that_goes_away():
    """In a terminal headings are bold, the page is as wide as the screen, the progress line is cleared."""
    shown = _in_terminal("plan", "shop-search")
    assert "\x1b[1m" in shown
    assert "\r\x1b[Ksolve: best plan 731,136, bound 729,011, gap 0.3 %" in shown
    assert shown.rindex("\x1b[K") < shown.index("12 months")
    plain = re.sub(r"\x1b\[[0-9;]*[mK]", "", shown)
    assert max(len(line.rstrip()) for line in plain.splitlines()) > 100


def test_no_color_counts_in_a_terminal():
    """NO_COLOR takes every colour away, and nothing else."""
    shown = _in_terminal("plan", "shop-search", "--quiet", NO_COLOR="1")
    assert "\x1b[" not in shown
    assert "What to run" in shown


def test_the_real_command_knows_its_version(fleetopt):
    """One line, exit 0."""
    done = fleetopt("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"fleetopt \S+\n", done.stdout)


def test_module_and_command_are_the_same():
    """`python -m optimizer` prints the help of `fleetopt`, under its name."""
    texts = [
        subprocess.run([*command, "--help"], capture_output=True, text=True, env=environment(), check=True).stdout
        for command in (real_command(), [sys.executable, "-m", "optimizer"])
    ]
    assert texts[0] == texts[1]
    assert "Usage: fleetopt" in texts[0]


def test_the_smallest_scenario_end_to_end(fleetopt, tmp_path):
    """Plan, keep, verify, tamper: the real command from an empty folder."""
    done = fleetopt("plan", "single-service", "--format", "json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert sum(line["amount"] for line in document["cost"]["lines"]) == pytest.approx(
        document["objective"]["total"], abs=0.01
    )
    kept = tmp_path / "plan.json"
    kept.write_text(done.stdout)
    assert fleetopt("verify", str(kept)).returncode == 0
    for line in document["cost"]["lines"]:
        line["amount"] *= 0.5
    kept.write_text(json.dumps(document))
    tampered = fleetopt("verify", str(kept))
    assert tampered.returncode == 1
    assert "NO" in tampered.stdout


def test_a_wrong_scenario_is_told_without_a_traceback(fleetopt, tmp_path):
    """A file that is not there: exit 1, its name, what to do."""
    done = fleetopt("check", "no-such-scenario.yaml")
    assert done.returncode == 1
    assert "no-such-scenario.yaml" in done.stderr
    assert "Traceback" not in done.stderr
