"""A result file is the old one or the new one, whole, whatever happens while it is written."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from optimizer.errors import FleetoptError
from optimizer.whole_file import write_file
from tests.cli.conftest import FAKE, environment, real_command

OLD, NEW = "old\n" * 200_000, "new\n" * 300_000
#: Writes the two texts in turn, until it is killed.
WRITER = """
import sys
from pathlib import Path
from optimizer.whole_file import write_file
print("ready", flush=True)
while True:
    for text in ("new\\n" * 300_000, "old\\n" * 200_000):
        write_file(Path(sys.argv[1]), text)
"""
#: Writes one text, and stops for good before it is put in its place.
STOPS_BEFORE_THE_END = """
import os, sys, time
from pathlib import Path
from optimizer.whole_file import write_file
def stop(*_):
    print("ready", flush=True)
    sys.stdin.readline()
    rename(*_)
rename, os.replace = os.replace, stop
write_file(Path(sys.argv[1]), "late")
"""


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start Python code in a process of its own and wait for its first line; it is ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def run(code: str, target: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, str(target)]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment())
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def killed(process: subprocess.Popen[str]) -> None:
    """End a process as `kill -9` does."""
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("kills", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_a_writer_killed_at_any_moment_leaves_a_whole_file(tmp_path, start, kills):
    """Two texts are written over each other as fast as can be; after every kill one of them is there."""
    target, draw = tmp_path / "plan.json", random.Random(5)
    target.write_text(OLD)
    for _ in range(kills):
        process = start(WRITER, target)
        time.sleep(draw.uniform(0.0, 0.1))
        killed(process)
        assert target.read_text() in (OLD, NEW)
        assert len(list(tmp_path.iterdir())) <= 2  # what the kills before left is gone
    write_file(target, "last")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("plan.json", "last")]


def test_what_a_killed_writer_left_is_removed_by_the_next(tmp_path, start):
    """Killed between writing and renaming: the old file stands, the new one lies aside until the next run."""
    target = tmp_path / "plan.json"
    target.write_text("old")
    killed(start(STOPS_BEFORE_THE_END, target))
    assert target.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2
    write_file(target, "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("plan.json", "new")]


def test_what_a_living_writer_has_aside_is_left_alone(tmp_path, start):
    """Two runs write one file: neither takes the other's for something left."""
    target = tmp_path / "plan.json"
    slow = start(STOPS_BEFORE_THE_END, target)
    write_file(target, "quick")
    assert target.read_text() == "quick"
    assert len(list(tmp_path.iterdir())) == 2
    assert slow.communicate("go\n") == ("", None)
    assert slow.returncode == 0
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("plan.json", "late")]


def test_files_of_the_planner_are_never_taken_for_left_ones(tmp_path):
    """Only names of the exact form of ours, and of this file, go."""
    target = tmp_path / "plan.json"
    kept = [".plan.json.part", ".plan.json.fleetopt-abc.part", ".plan.json.fleetopt-abcdefgh.part~", "x.part"]
    kept += [
        ".other.json.fleetopt-abcdefgh.part",
        "plan.json.fleetopt-abcdefgh.part",
        ".plan.json.fleetopt-ABCDEFGH.part",
    ]
    for name in [*kept, ".plan.json.fleetopt-abcdefgh.part"]:
        (tmp_path / name).write_text("")
    write_file(target, "new")
    assert {path.name for path in tmp_path.iterdir()} == {*kept, "plan.json"}


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127, "東" * 85, "*[?].json", "-o"])
def test_any_name_that_a_file_may_have(tmp_path, name):
    """As long as a name may be, with signs that patterns know, or like an option."""
    target = tmp_path / name
    write_file(target, "old")
    write_file(target, "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "new")]


def test_bytes_that_are_no_text_are_written_as_escapes(tmp_path):
    """A path from the command line may hold them."""
    write_file(tmp_path / "f", "sole\udce9")
    assert (tmp_path / "f").read_bytes() == b"sole\\udce9"


@pytest.fixture
def refused(invoke, tmp_path, monkeypatch) -> Callable[..., str]:
    """Return what is said where a file is refused; planning would end in an error that is none."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        result = invoke(*arguments, ending="bug")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "internal error" not in result.stderr
        return result.stderr.strip()

    return run


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("folder", "folder: cannot be written (it is a folder). Name a file in it."),
        (".", ".: cannot be written (it is a folder). Name a file in it."),
        ("none/p.json", "none/p.json: cannot be written (folder none does not exist). Make it first, or name another."),
        ("file/p.json", "file/p.json: cannot be written (folder file does not exist). Make it first, or name another."),
        ("x" * 256, f"{'x' * 256}: cannot be written (File name too long). Name another file."),
        ("circle", "circle: cannot be written ("),
    ],
)
def test_places_that_are_none_are_refused_before_planning(refused, tmp_path, name, said):
    """A folder, no folder, a file as folder, a name too long, a circle of links."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("old")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    assert refused("plan", "shop-search", "-o", name).startswith(f"fleetopt: {said}")
    assert (tmp_path / "file").read_text() == "old"


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "s.yaml", "-o", "s.yaml"),
        ("plan", "s.yaml", "-o", "link.yaml"),
        ("plan", "shop-search", "--with", "s.yaml", "-o", "./s.yaml"),
        ("check", "s.yaml", "-o", "s.yaml"),
        ("verify", "s.yaml", "-o", "s.yaml"),
        ("verify", "plan.json", "--against", "s.yaml", "-o", "s.yaml"),
    ],
)
def test_what_is_read_is_not_overwritten(refused, tmp_path, arguments):
    """The scenario, an overlay or the plan as output: an easy slip that would cost the planner's own file."""
    (tmp_path / "s.yaml").write_text("old")
    (tmp_path / "link.yaml").symlink_to("s.yaml")
    assert refused(*arguments).endswith("cannot be written (it is what this command reads). Name another file.")
    assert (tmp_path / "s.yaml").read_text() == "old"


@pytest.mark.parametrize("read_only", ["file", "folder"])
def test_a_read_only_place_is_refused(invoke, tmp_path, monkeypatch, read_only):
    """Permissions are asked for before planning; the super-user would be let through, hence the stand-in."""
    target = tmp_path / "plan.json"
    target.write_text("old")
    closed = target if read_only == "file" else tmp_path
    allowed = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: not (mode & os.W_OK and Path(path) == closed) and allowed(path, mode)
    )
    result = invoke("plan", "x", "-o", str(target), ending="bug")
    assert result.exit_code == 1
    place = "it is read-only" if read_only == "file" else f"folder {tmp_path} is read-only"
    assert f"{target}: cannot be written ({place}). Change its permissions, or name another" in result.stderr
    assert target.read_text() == "old"


@pytest.mark.skipif(os.geteuid() == 0, reason="the super-user may write anywhere")
def test_permissions_refuse_a_folder_for_real(tmp_path):
    """A folder without the right to write in it."""
    tmp_path.chmod(0o500)
    with pytest.raises(FleetoptError, match="cannot be written"):
        write_file(tmp_path / "plan.json", "x")
    tmp_path.chmod(0o700)


def test_a_disk_that_is_full_midway_leaves_the_old_file(tmp_path):
    """A real limit on the size of files: the write fails, the old file stands, nothing lies beside it."""
    target = tmp_path / "plan.json"
    target.write_text("old")
    done = subprocess.run(
        [*FAKE, "plan", "shop-search", "-o", str(target)],
        capture_output=True, text=True, env=environment(), check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)),
    )  # fmt: skip
    assert done.returncode == 1
    assert f"{target}: cannot be written (File too large). Name another file." in done.stderr
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("plan.json", "old")]


def test_a_reader_that_goes_away_leaves_a_whole_file(tmp_path):
    """`fleetopt plan -o plan.json | head -0`: the file is whole although nobody reads the page."""
    target = tmp_path / "plan.json"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*FAKE, "plan", "shop-search", "-o", str(target)], stdout=writer, stderr=subprocess.PIPE, env=environment(),
        check=False,
    )  # fmt: skip
    os.close(writer)
    assert done.returncode == 141
    assert json.loads(target.read_text())["format"] == "fleetopt/plan/1"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("command", "kills"),
    [(FAKE, 2), pytest.param(real_command(), 50, marks=pytest.mark.slow)],
    ids=["planning replaced", "real"],
)
def test_the_command_killed_at_any_moment_leaves_a_whole_plan(tmp_path, command, kills):
    """`kill -9` at random moments of a run, half of them near its end, where the file is written."""
    folder = tmp_path / "out"
    folder.mkdir()
    target, draw = folder / "plan.json", random.Random(17)
    env = environment(FLEETOPT_CACHE=str(tmp_path / "cache"))

    def run() -> subprocess.Popen[bytes]:
        return subprocess.Popen([*command, "plan", "single-service", "--quiet", "-o", str(target)], env=env)

    for _ in range(1 if command is FAKE else 2):  # the first fills the cache
        started = time.monotonic()
        assert run().wait() == 0
        lasts_s = time.monotonic() - started
    whole = json.loads(target.read_text())["objective"]
    while kills:
        old, earliest = target.read_bytes(), 0.8 if kills % 2 else 0.0
        process = run()
        time.sleep(lasts_s * draw.uniform(earliest, 1.05))
        process.kill()
        was_killed = process.wait() == -signal.SIGKILL
        kills -= was_killed
        lasts_s *= 1.05 if was_killed and earliest else 0.95  # the end is aimed at as the machine turns slow or quick
        assert target.read_bytes() == old or json.loads(target.read_text())["objective"] == whole
    assert run().wait() == 0
    assert json.loads(target.read_text())["objective"] == whole
    assert list(folder.iterdir()) == [target]
