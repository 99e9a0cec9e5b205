"""A reason, and one reason for all of which it is true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.planning.infeasible.words import listed


@dataclass(frozen=True, slots=True)
class Why:
    """A rule that stands in the way, the scenario's keys it rests on, and a sentence.

    `who` is a service and an origin that the sentence is true of besides others; None where it names them itself.
    """

    rule: str
    keys: tuple[str, ...]
    text: str
    who: tuple[str, str] | None = None


def told_together(found: Sequence[Why]) -> list[Why]:
    """Return one reason for all origins and services of which the same is true."""
    same: dict[str, list[Why]] = {}
    for why in found:
        same.setdefault(why.text, []).append(why)
    return [_of_all(whys) for whys in same.values()]


def _of_all(whys: Sequence[Why]) -> Why:
    first = whys[0]
    if first.who is None:
        return first
    origins: dict[str, list[str]] = {}
    for why in whys:
        if why.who is not None:
            origins.setdefault(why.who[0], []).append(why.who[1])
    heads = [f"{service} cannot serve origin {listed(names)}" for service, names in origins.items()]
    keys = tuple(dict.fromkeys(key for why in whys for key in why.keys))
    return Why(first.rule, keys, f"{'; '.join(heads)}: {first.text}")


@dataclass(frozen=True, slots=True)
class Finding:
    """A requirement that cannot be kept: the rule, the scenario's keys, and a sentence for the planner."""

    rule: str
    keys: tuple[str, ...]
    text: str
