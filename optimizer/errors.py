"""Faults a planner can mend, and the exit code each kind ends with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

EXIT_DONE = 0
EXIT_BAD_INPUT = 1
EXIT_USAGE = 2
EXIT_INFEASIBLE = 3
EXIT_NO_PLAN = 4
#: Only with ``--detailed-exitcode``: two plans differ (as of ``diff``, 2 like wrong usage).
EXIT_DIFFERS = 2
#: Only with ``replan --detailed-exitcode``: the plan in force should change.
EXIT_CHANGE = 5

#: A file with thousands of wrong cells is told by its first faults and a count.
FAULTS_SHOWN = 50


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong with an input.

    Parameters
    ----------
    where
        Place, as a planner finds it: ``shop.yaml:14 services.ranking.latency.p99_ms`` or ``demand.csv:88 high``.
    what
        What is wrong, with the value found: ``must be above 0 (found -5)``.
    mend
        What to do about it, one short sentence; empty where `what` says it all.
    code
        Stable word for tests and tools, for example ``unknown-key``.
    """

    where: str
    what: str
    mend: str = ""
    code: str = "invalid"

    def __str__(self) -> str:
        """Return place, fault and mend as one line."""
        text = f"{self.where}: {self.what}."
        return f"{text} {self.mend}" if self.mend else text


class FleetoptError(Exception):
    """Base of every error that a command turns into a message and an exit code instead of a traceback."""

    exit_code = EXIT_BAD_INPUT


class InputError(FleetoptError):
    """Input that cannot be used; carries every fault found, not only the first."""

    def __init__(self, faults: list[Fault] | tuple[Fault, ...]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        shown = [str(fault) for fault in self.faults[:FAULTS_SHOWN]]
        if len(self.faults) > FAULTS_SHOWN:
            shown.append(f"... and {len(self.faults) - FAULTS_SHOWN} more.")
        super().__init__("\n".join(shown))


class NoAnswer(FleetoptError):  # noqa: N818  a planner's word, and no program error
    """Base of answers without a plan: what stands in the way, and what would help.

    Parameters
    ----------
    reasons
        A sentence each.
    relaxation
        The least changes with which a plan was found: `what`, `key`, `now`, `needed`, `unit` of each; empty where none
        was found.
    ways_out
        Up to three ways out in words, the least first; each was tried by planning with it.
    """

    def __init__(
        self,
        reasons: Sequence[str],
        relaxation: Sequence[Mapping[str, object]] = (),
        ways_out: Sequence[str] = (),
    ) -> None:
        self.reasons = tuple(reasons)
        self.relaxation = tuple(dict(change) for change in relaxation)
        self.ways_out = tuple(ways_out)
        told = [f"{number}. {way}" for number, way in enumerate(self.ways_out, start=1)]
        head = ["Ways out, each tried by planning with it, least first:"] if told else []
        super().__init__("\n".join([*self.reasons, *head, *told]))


class Infeasible(NoAnswer):
    """Proved: no plan can hold what the scenario asks; `reasons` say what stands in the way and what would help."""

    exit_code = EXIT_INFEASIBLE


class NoPlanFound(NoAnswer):
    """A limit came first, or none of the kinds of plan considered fits; nothing is proved."""

    exit_code = EXIT_NO_PLAN

    def __init__(
        self,
        message: str,
        relaxation: Sequence[Mapping[str, object]] = (),
        ways_out: Sequence[str] = (),
    ) -> None:
        super().__init__(message.splitlines(), relaxation, ways_out)


class VerificationFailed(FleetoptError):  # noqa: N818  as above
    """The second reading of the rules disagrees with the plan: a bug, and never a plan to act on."""
