"""Thousands of damaged copies of what is shipped: an answer, or faults that name the broken file; never a traceback."""

from __future__ import annotations

import random
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from optimizer import api
from optimizer.errors import Infeasible, InputError, NoPlanFound
from optimizer.inputs import load_inputs
from tests.cli.conftest import environment, real_command
from tests.support.mutations import mutated
from tests.support.shipped_copy import ShippedCopy

#: Seconds of processor time after which a reading hangs; each takes a fraction of one. A plan does more.
LONGEST_S, LONGEST_PLAN_S = 10.0, 60.0
#: Done, bad input, infeasible, no plan found.
KNOWN_EXITS = (0, 1, 3, 4)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShippedCopy]:
    """Everything that is shipped, in a folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        yield ShippedCopy(tmp_path_factory.mktemp("shipped"), patch)


class TookTooLongError(Exception):
    """Raised by the alarm."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `TookTooLongError` inside if it takes more processor time, whatever else the machine does."""

    def stop(*_: object) -> None:
        raise TookTooLongError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def trouble(file: Path, ask: Callable[[], object], longest_s: float = LONGEST_S) -> str:
    """Return what is wrong with an answer about a broken file; empty where nothing is."""
    try:
        with limited(longest_s):
            ask()
    except InputError as error:
        if not any(file.name in str(fault) for fault in error.faults):
            return f"the file is not named: {error}"
        unmendable = [str(fault) for fault in error.faults if not (fault.where and fault.mend)]
        return f"no place or no mend: {unmendable[0]}" if unmendable else ""
    except (Infeasible, NoPlanFound):
        return ""
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return ""


def damaged(copy: ShippedCopy, kind: str, number: int) -> tuple[Path, bytes]:
    """Return the file that a number damages, and its content then."""
    draw = random.Random(f"{kind} {number}")
    file = draw.choice(copy.files(kind))
    return file, mutated(file.read_bytes(), draw)


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        *(("scenario", 70), ("demand", 30), ("catalog", 20)),
        pytest.param("scenario", 800, marks=pytest.mark.slow),
        pytest.param("demand", 300, marks=pytest.mark.slow),
        pytest.param("catalog", 900, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_any_damage_is_an_answer_or_a_fault(copy: ShippedCopy, kind: str, count: int) -> None:
    """Lines, cells, characters and bytes deleted, repeated, swapped, replaced; the file cut off anywhere."""
    found = {}
    for number in range(count):
        file, content = damaged(copy, kind, number)
        scenario = copy.scenario_of(file)
        with copy.damage(file, content):
            what = trouble(file, partial(load_inputs, scenario))
        if what:
            found[f"{kind} {number}, {file.parent.name}/{file.name}"] = what
    assert not found, "\n".join(f"{place}: {what}" for place, what in found.items())


@pytest.mark.parametrize("count", [2, pytest.param(60, marks=pytest.mark.slow)])
def test_what_can_be_read_can_be_planned_or_is_refused(copy: ShippedCopy, count: int) -> None:
    """Damage to the smallest scenario and its catalog that reading lets pass: a verified plan, or a reason."""
    smallest = copy.scenarios / "single-service.yaml"
    of_it = [smallest, *(file for file in copy.files("catalog") if file.parent.name == "public-cloud")]
    found, planned, number = {}, 0, 0
    while planned < count:
        number += 1
        draw = random.Random(f"plan {number}")
        file = draw.choice([smallest] * len(of_it) + of_it)
        with copy.damage(file, mutated(file.read_bytes(), draw)):
            try:
                inputs = load_inputs(smallest)
            except InputError:
                continue
            planned += 1
            what = trouble(file, partial(api.plan, inputs, time_limit_s=20), LONGEST_PLAN_S)
        if what:
            found[f"plan {number}, {file.name}"] = what
    assert not found, "\n".join(f"{place}: {what}" for place, what in found.items())


@pytest.mark.parametrize("count", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_the_command_never_ends_in_a_traceback(copy: ShippedCopy, tmp_path: Path, count: int) -> None:
    """`fleetopt check` and now and then `plan`, as a planner runs them: exit code, named file, no traceback."""
    found = {}
    for number in range(count):
        kind = ("scenario", "catalog", "demand")[number % 3]
        file, content = damaged(copy, kind, 10_000 + number)
        with copy.damage(file, content):
            what = trouble_of_command(copy, kind, file, "plan" if number % 5 == 4 else "check", tmp_path)
        if what:
            found[f"{kind} {10_000 + number}, {file.parent.name}/{file.name}"] = what
    assert not found, "\n".join(f"{place}: {what}" for place, what in found.items())


def trouble_of_command(copy: ShippedCopy, kind: str, file: Path, command: str, folder: Path) -> str:
    """Return what is wrong with how a command ends; empty where nothing is."""
    asked = [*real_command(), command, str(copy.scenario_of(file)), "-q", "-o", str(folder / "out.json")]
    if kind == "catalog":  # shipped names stand for what is installed
        asked += ["--set", f"catalog=[{', '.join(str(path) for path in copy.catalogs_of(copy.scenario_of(file)))}]"]
    asked += ["--time-limit", "20"] if command == "plan" else []
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(asked, capture_output=True, text=True, env=environment(), check=False, timeout=600)
    spent_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    if done.returncode not in KNOWN_EXITS or "Traceback" in done.stderr or "internal error" in done.stderr:
        return f"exit {done.returncode}: {done.stderr}"
    if done.returncode == 1 and file.name not in done.stderr:
        return f"the file is not named: {done.stderr}"
    return f"took {spent_s:.0f} s" if spent_s > (LONGEST_PLAN_S if command == "plan" else LONGEST_S) else ""
