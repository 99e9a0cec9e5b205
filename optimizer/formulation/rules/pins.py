"""Decisions that the planner keeps: how a service runs in a location, and that it stays there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.domain.limits import Pin
from optimizer.formulation.candidates import Candidate
from optimizer.formulation.problem import BlockIndex, Rows
from optimizer.formulation.rule import Relaxation, Rule


def pins_for(pins: Sequence[Pin], service: str, location: str) -> tuple[Pin, ...]:
    """Return the decisions about a service in a location."""
    return tuple(pin for pin in pins if pin.service == service and pin.location in (None, location))


def why_pinned_away(candidate: Candidate, pins: Sequence[Pin]) -> str | None:
    """Return which decision rules a candidate out, or None."""
    place = f"{candidate.service.name} in {candidate.location.name}"
    for pin in pins:
        if pin.instance_type not in (None, candidate.instance.name):
            return f"{place} is kept on {pin.instance_type}"
        if pin.profile not in (None, candidate.curve.profile):
            return f"{place} is kept on profile {pin.profile}"
    sizes = sorted({pin.batch_size for pin in pins if pin.batch_size is not None})
    if len(sizes) > 1:
        return f"{place} is kept on batch sizes {' and '.join(map(str, sizes))} at once"
    return None


def kept_in_place(blocks: BlockIndex, pins: Sequence[Pin]) -> Rows:
    r"""Keep a service where a pin asks for instances of it.

    .. math:: \sum_{b : s_b = s,\ r_b = r} y_b \ge 1 \qquad \text{each pin with } min > 0
    """
    asked = sorted({(pin.service, pin.location) for pin in pins if pin.min_instances > 0 and pin.location is not None})
    columns = [
        np.flatnonzero(
            (blocks.service == blocks.service_names.index(service))
            & (blocks.location == _index(blocks.location_names, location))
        )
        for service, location in asked
    ]
    return Rows.from_lists(
        rule="pins",
        labels=tuple(f"{service},{location}" for service, location in asked),
        columns=columns,
        values=[np.ones(members.size) for members in columns],
        lower=np.ones(len(asked)),
        upper=np.full(len(asked), np.inf),
    )


def _index(names: Sequence[str], name: str) -> int:
    """Position of a name, -1 where it is not allowed: its row can then not be met."""
    return names.index(name) if name in names else -1


RULE = Rule(
    name="pins",
    place="filter",
    meaning="Decisions that the scenario keeps stand: instance type, profile, batch size, place and counts.",
    relaxation=Relaxation("give up a pinned decision", "decision", 15.0),
    apply=why_pinned_away,
)
