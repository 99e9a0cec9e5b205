"""Work done beside other work of one run: by a copy of this process on another core, or by this one when it is due.

A copy made by ``fork`` has everything that this process holds, so nothing is sent to it, and only the result comes
back. It must not be made where other threads of Python may hold a lock, and what it does must not solve where this
process has solved before: a solver's own threads do not live on in the copy.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")
#: After so many seconds of waiting for a copy it is given up, and this process does the work.
PATIENCE_S = 300.0


class Beside(Protocol):
    """Begins work, and returns what waits for its result."""

    def __call__(self, work: Callable[[], Result], /) -> Callable[[], Result]:
        """Begin; the function returned is called once."""


def in_turn(work: Callable[[], Result], /) -> Callable[[], Result]:
    """Do the work in this process, when its result is asked for."""
    return work


def in_a_copy(work: Callable[[], Result], /) -> Callable[[], Result]:
    """Do the work in a copy of this process; in this one where no copy can be made, or it brings no result."""
    if not copies_pay():
        return work
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    copy = context.Process(target=_send, args=(sender, work), daemon=True)
    try:
        copy.start()
    except OSError:  # no memory or no process left for a copy
        return work
    finally:
        sender.close()

    def result() -> Result:
        brought: list[Result] = []
        with contextlib.suppress(EOFError, OSError), receiver:
            if receiver.poll(PATIENCE_S):
                brought.append(receiver.recv())
        copy.kill()
        copy.join()
        # Whatever stopped the copy stops this process as well, or does not.
        return brought[0] if brought else work()

    return result


def copies_pay() -> bool:
    """Whether a copy can be made without harm, and there is a core for it."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return False
    return len(os.sched_getaffinity(0)) > 1 and not multiprocessing.current_process().daemon


def _send(sender: Connection, work: Callable[[], Any]) -> None:
    # Ctrl-C reaches every process of a terminal; the one that waits speaks, and ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(Exception):
        sender.send(work())
