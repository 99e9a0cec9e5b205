"""What a replay is asked: which demand, at which multiple of its rates, after which loss."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from optimizer.errors import Fault, InputError
from optimizer.verification.view import View

#: Stands for the zone that carries most, service by service, location by location and hour by hour.
FULLEST = "fullest"
#: More than so many times the rates is no question to a fleet.
MOST_SCALE = 100.0


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A question to a plan; at most one loss at a time.

    Parameters
    ----------
    zone
        A zone that is lost: ``aws/us-east-1/a``, a name that only one location has, or ``fullest`` for the fullest
        zone of every service that is protected against the loss of a zone.
    region
        A location that is lost: ``aws/us-east-1`` or ``us-east-1``.
    spot
        Whether all spot instances are lost.
    instance
        Whether one instance of the fullest zone is lost, of every service that is protected against it.
    scale
        Multiple of all rates, above 0 and at most 100.
    demand
        Demand that is played, one that money is counted for; None for the one planned for.
    """

    zone: str | None = None
    region: str | None = None
    spot: bool = False
    instance: bool = False
    scale: float = 1.0
    demand: str | None = None

    @property
    def losses(self) -> tuple[str, ...]:
        """What is lost, by the name of its option."""
        asked = {
            "--without-zone": self.zone is not None,
            "--without-region": self.region is not None,
            "--without-spot": self.spot,
            "--without-instance": self.instance,
        }
        return tuple(name for name, is_asked in asked.items() if is_asked)

    @property
    def text(self) -> str:
        """The question in words."""
        loss = "as planned"
        if self.zone is not None:
            loss = "without the fullest zone" if self.zone == FULLEST else f"without zone {self.zone}"
        elif self.region is not None:
            loss = f"without {self.region}"
        elif self.spot:
            loss = "without spot"
        elif self.instance:
            loss = "without one instance of the fullest zone"
        return loss if self.scale == 1.0 else f"{loss}, rates x {self.scale:g}"


def resolved(what_if: WhatIf, view: View, zone_option: str = "--without-zone") -> WhatIf:
    """Return the question with places and demand by their full names.

    `zone_option` is what the command calls the zone, for its faults.

    Raises
    ------
    InputError
        With every part of the question that this plan cannot answer.
    """
    faults: list[Fault] = []
    if len(what_if.losses) > 1:
        mend = "A plan survives each that it names, never two at once: ask for one."
        faults.append(Fault(", ".join(what_if.losses), "more than one loss at a time", mend, "two-losses"))
    if not (math.isfinite(what_if.scale) and 0.0 < what_if.scale <= MOST_SCALE):
        what = f"must be above 0 and at most {MOST_SCALE:g} (found {what_if.scale:g})"
        faults.append(Fault("--scale", what, "Write 1.15 for 15 % more.", "bad-scale"))
    demand = what_if.demand if what_if.demand is not None else str(view.plan.inputs["plan_for"])
    counted = {str(view.plan.inputs["plan_for"]), *view.plan.inputs["cost_weights"]}
    if demand not in counted:
        mend = f"It counts {', '.join(sorted(counted))}."
        faults.append(Fault("--demand", f'not counted by this plan (found "{demand}")', mend, "unknown-demand"))
    zone, region = _zone(what_if.zone, zone_option, view, faults), _region(what_if.region, view, faults)
    if faults:
        raise InputError(faults)
    return replace(what_if, zone=zone, region=region, demand=demand)


def _zone(asked: str | None, option: str, view: View, faults: list[Fault]) -> str | None:
    if asked is None or asked == FULLEST:
        return asked
    known = {f"{pool.location}/{pool.zone}": pool.zone for pool in view.plan.pools}
    return _one_of(asked, option, known, faults)


def _region(asked: str | None, view: View, faults: list[Fault]) -> str | None:
    if asked is None:
        return None
    return _one_of(asked, "--without-region", {pool.location: pool.region for pool in view.plan.pools}, faults)


def _one_of(asked: str, option: str, known: dict[str, str], faults: list[Fault]) -> str:
    """The one full name that is meant; `known` has the short name of each."""
    meant = [name for name, short in sorted(known.items()) if asked in (name, short)]
    if len(meant) == 1:
        return meant[0]
    what = f'no pool of this plan stands there (found "{asked}")' if not meant else f'more than one is "{asked}"'
    faults.append(Fault(option, what, f"Name one of {_listed(meant or sorted(known))}.", "unknown-place"))
    return asked


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
