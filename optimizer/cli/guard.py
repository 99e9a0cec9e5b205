"""Errors as messages and exit codes: a planner never sees a traceback that was not asked for."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Iterator

import typer

from optimizer.errors import EXIT_BAD_INPUT, FleetoptError, Infeasible, InputError, NoPlanFound
from optimizer.report.signs import clean_lines, in_encoding

#: As a shell reports a program that a signal ended: 128 + SIGINT, 128 + SIGPIPE.
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141


@contextlib.contextmanager
def errors_told(*, debug: bool) -> Iterator[None]:
    """Turn what goes wrong inside into a message on stderr and an exit code.

    Parameters
    ----------
    debug
        Whether to show a traceback as well.

    Raises
    ------
    typer.Exit
        With the exit code of the error.
    """
    try:
        yield
    except FleetoptError as error:
        told(_message(error), debug=debug)
        raise typer.Exit(error.exit_code) from error
    except BrokenPipeError as error:
        silence_stdout()
        raise typer.Exit(EXIT_BROKEN_PIPE) from error
    except KeyboardInterrupt as error:
        told("fleetopt: stopped before there was a result", debug=debug)
        raise typer.Exit(EXIT_INTERRUPTED) from error
    except typer.Exit:
        raise
    except Exception as error:
        told(internal_error(error), debug=debug)
        raise typer.Exit(EXIT_BAD_INPUT) from error


def internal_error(error: Exception) -> str:
    """One line about an error that no planner can mend."""
    text = " ".join(str(error).split()) or "no details"
    return f"fleetopt: internal error: {type(error).__name__}: {text} (--debug shows where)"


def told(message: str, *, debug: bool = False) -> None:
    """Write a message to stderr, under the traceback where one is asked for."""
    if sys.stderr is None:
        return
    if debug:
        traceback.print_exc(file=sys.stderr)
    with contextlib.suppress(OSError):
        sys.stderr.write(in_encoding(clean_lines(message), sys.stderr.encoding) + "\n")
        sys.stderr.flush()


def silence_stdout() -> None:
    """Point stdout at nothing: nobody reads it any more, and Python would complain of that at its end."""
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)


def _message(error: FleetoptError) -> str:
    if isinstance(error, InputError):
        count = len(error.faults)
        return str(error) if count == 1 else f"{error}\n{count} faults; nothing was done."
    if isinstance(error, Infeasible):
        return f"infeasible, proven: no plan can keep what the scenario asks.\n{error}"
    if isinstance(error, NoPlanFound):
        return f"no plan found; nothing is proven.\n{error}"
    return f"fleetopt: {error}"
