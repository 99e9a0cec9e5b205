"""What is charged for changing what runs, written again: an instance that starts, an instance that stops."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from optimizer.verification.entry import Entry
from optimizer.verification.view import Row, View

#: Service, location, zone, type, profile, accelerators of a replica: another of these is another instance.
Kind = tuple[str, str, str, str, str, int]


def changes(view: View) -> Iterator[Entry]:
    """One entry for each kind of instance in a zone of which more or fewer run than now, at their busiest hours."""
    terms = view.plan.inputs.get("change")
    if terms is None:
        return
    now: dict[Kind, int] = {}
    for row in terms["running"]:
        now[_kind(row)] = row["instances"]
    then = _most(view)
    for kind in sorted(now.keys() | then.keys()):
        apart = abs(then.get(kind, 0) - now.get(kind, 0))
        if apart:
            service, location, _, instance_type = kind[:4]
            each = Fraction(terms["cost_per_change"])
            yield Entry("change", service, location, instance_type, Fraction(apart), each)


def _kind(row: Row) -> Kind:
    place = row["service"], row["location"], row["zone"]
    return (*place, row["instance_type"], row["profile"], row["accelerators_per_replica"])


def _most(view: View) -> dict[Kind, int]:
    """Instances of each kind: of each pool the most of any hour of the demand planned for."""
    found: dict[Kind, int] = {}
    for pool in view.plan.pools:
        place = pool.service, pool.location, pool.zone
        kind = (*place, pool.instance_type, pool.profile, pool.accelerators_per_replica)
        found[kind] = found.get(kind, 0) + max(view.instances(pool), default=0)
    return found
