"""Work beside other work brings the same result wherever it is done, and whatever happens to the copy that does it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optimizer import beside

ROOT = Path(__file__).resolve().parents[2]
THROUGH_BOTH = """
import json, os, sys, tempfile
os.environ["FLEETOPT_CACHE"] = tempfile.mkdtemp()
from optimizer import load_scenario, plan
copies = sys.argv[1] == "copies"
print(json.dumps(plan(load_scenario(sys.argv[2]), copies=copies).to_dict(), sort_keys=True))
"""
ASK_TWICE = """
import os
from optimizer.beside import copies_pay, in_a_copy
assert copies_pay()
later = in_a_copy(os.getpid)
print(later() != os.getpid())
"""


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that may make copies, whatever threads the test runner has."""
    if sys.platform != "linux":
        pytest.skip("copies are made on Linux only")
    monkeypatch.setattr(beside, "copies_pay", lambda: True)


def test_in_turn_does_nothing_before_it_is_asked():
    """The work is done once, by this process, when its result is due."""
    done: list[int] = []
    later = beside.in_turn(lambda: done.append(os.getpid()))
    assert done == []
    later()
    assert done == [os.getpid()]


@pytest.mark.usefixtures("alone")
def test_a_copy_brings_what_it_found():
    """The work is done by another process, and its result comes whole."""
    whole = list(range(200_000))
    later = beside.in_a_copy(lambda: (os.getpid(), whole))
    process, found = later()
    assert process != os.getpid()
    assert found == whole


@pytest.mark.usefixtures("alone")
def test_copies_work_at_the_same_time():
    """Two copies that wait half a second each are done in less than both of them: neither waits for the other."""
    started = time.monotonic()
    waiting = [beside.in_a_copy(lambda: time.sleep(0.5)) for _ in range(2)]
    for each in waiting:
        each()
    assert time.monotonic() - started < 0.9


@pytest.mark.usefixtures("alone")
def test_an_error_in_a_copy_is_the_error_of_this_process():
    """What the copy could not do is done here, so that the error has its own type and its trace."""

    def fails() -> None:
        message = f"in {os.getpid()}"
        raise ZeroDivisionError(message)

    with pytest.raises(ZeroDivisionError, match=f"in {os.getpid()}"):
        beside.in_a_copy(fails)()


@pytest.mark.usefixtures("alone")
def test_a_copy_that_is_killed_loses_nothing():
    """Where the system kills a copy, as for want of memory, this process does its work."""
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return 7

    assert beside.in_a_copy(work)() == 7


@pytest.mark.usefixtures("alone")
def test_a_copy_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch):
    """After the time it is waited for, this process does the work, and the copy is gone."""
    monkeypatch.setattr(beside, "PATIENCE_S", 0.2)
    here = os.getpid()

    def work() -> str:
        if os.getpid() != here:
            time.sleep(60.0)
        return "done here"

    started = time.monotonic()
    assert beside.in_a_copy(work)() == "done here"
    assert time.monotonic() - started < 10.0


@pytest.mark.usefixtures("alone")
def test_a_result_that_cannot_be_sent_is_made_here():
    """A result that does not go through a pipe, such as a function, costs time but is not lost."""
    assert beside.in_a_copy(lambda: lambda: 5)()() == 5


def test_no_copy_of_a_process_with_threads():
    """Another thread may hold a lock that the copy would wait for without end."""
    import threading

    held = threading.Event()
    thread = threading.Thread(target=held.wait)
    thread.start()
    try:
        assert not beside.copies_pay()
    finally:
        held.set()
        thread.join()


@pytest.mark.skipif(sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="needs Linux and two cores")
def test_a_process_of_its_own_makes_copies():
    """The command, which has no other thread, does have its work done beside it."""
    done = subprocess.run([sys.executable, "-c", ASK_TWICE], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "True"


@pytest.mark.parametrize("scenario", ["single-service", pytest.param("shop-search", marks=pytest.mark.slow)])
def test_the_plan_is_the_same_with_copies(scenario: str):
    """Every figure of the plan document, promises, checks and today's fleet included, is that of one process."""
    documents = [
        subprocess.run(
            [sys.executable, "-c", THROUGH_BOTH, how, scenario], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
        for how in ("copies", "alone")
    ]
    assert documents[0] == documents[1]
    assert '"checks"' in documents[0]


RUN_TWICE = """
import os, tempfile
os.environ["FLEETOPT_CACHE"] = tempfile.mkdtemp()
from optimizer import load_scenario, plan
from optimizer.planning import planner
from optimizer.solve import solved_before
asked = load_scenario("shop-search")
here = os.getpid()
steps_of = planner.steps_of
planner.steps_of = lambda *given: [print(os.getpid() == here, solved_before(), flush=True), *steps_of(*given)][1:]
plan(asked, copies=True)
plan(asked, copies=True)
"""


@pytest.mark.skipif(sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="needs Linux and two cores")
@pytest.mark.slow
def test_no_copy_solves_once_its_maker_has():
    """The first plan's steps are solved by a copy, the second one's by the process itself: it has solved by then."""
    done = subprocess.run([sys.executable, "-c", RUN_TWICE], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.split("\n")[:2] == ["False False", "True True"]
