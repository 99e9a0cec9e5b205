"""Instance types that do the same work: only the cheapest of them is worth looking at."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.formulation.candidates import Candidate
from optimizer.formulation.context import Context
from optimizer.formulation.supply import Supply

Usable = tuple[Candidate, tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Likes:
    """Candidates worth looking at, and those left out with the name of the like type that is cheaper."""

    kept: list[Usable]
    left_out: list[tuple[Usable, str]]


def cheapest_of_likes(context: Context, usable: list[Usable]) -> Likes:
    """Leave out candidates that a like one replaces in every plan at no more cost.

    Types are alike where they have the same accelerators, curve and zones: the same counts carry the same traffic. One
    replaces another where each of its purchase options is no dearer and nothing limits how many can be had. Where the
    whole plan is limited (instance types, power, carbon) or machines are owned, all are kept.
    """
    kept: list[Usable] = []
    left_out: list[tuple[Usable, str]] = []
    for item in sorted(usable, key=lambda found: (_rent(context.supply_for(found[0])), found[0].sort_key)):
        better = None if context.keeps_every_type else next((k for k in kept if _replaces(context, k, item)), None)
        if better is None:
            kept.append(item)
        else:
            left_out.append((item, better[0].instance.name))
    order = {id(item): number for number, item in enumerate(usable)}
    return Likes(sorted(kept, key=lambda item: order[id(item)]), left_out)


def _rent(supply: Supply) -> float:
    return supply.on_demand if supply.on_demand is not None else float("inf")


def _replaces(context: Context, first: Usable, second: Usable) -> bool:
    one, other = first[0], second[0]
    if one.curve is not other.curve or first[1] != second[1]:
        return False
    if one.instance.accelerator_count != other.instance.accelerator_count:
        return False
    mine, theirs = context.supply_for(one), context.supply_for(other)
    if context.charge > 0.0 and runs_now(context, other):
        return False
    if not mine.unlimited or theirs.signed or context.rates.is_owned(one.location.name):
        return False
    return _no_dearer(mine, theirs)


def runs_now(context: Context, candidate: Candidate) -> bool:
    """Whether instances of a candidate's kind serve its service now."""
    kind = (candidate.instance.name, candidate.curve.profile, candidate.curve.accelerators_per_replica)
    place = (candidate.service.name, candidate.location.name)
    return any((*key[:2], *key[3:]) == (*place, *kind) for key in context.running)


def _no_dearer(mine: Supply, theirs: Supply) -> bool:
    def flexible(own: float | None, others: float | None) -> bool:
        return others is None or (own is not None and own <= others)

    # Spot room follows the counts, so spot of the other helps only where it is cheaper than ours.
    spot = theirs.spot is None or (mine.spot is not None and mine.spot <= theirs.spot)
    return flexible(mine.on_demand, theirs.on_demand) and spot and mine.steady_cost <= theirs.steady_cost
