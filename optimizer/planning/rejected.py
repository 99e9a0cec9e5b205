"""Why a service does not run on the other instance types."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from optimizer.domain.plan import Rejected
from optimizer.formulation.blocks import Block
from optimizer.formulation.candidates import candidates_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import BlockSet


def rejected_types(context: Context, blocks: BlockSet, chosen: Sequence[Block], total: float) -> tuple[Rejected, ...]:
    """Return a verdict on every instance type that a service does not use, cheapest alternative first.

    ``costs_more`` names the least by which the bill would rise if one chosen block moved to the type: exact where the
    type was simulated, else a proved lower bound. `total` is what the plan costs, the fixed part apart.
    """
    verdicts: list[Rejected] = []
    for index, service in enumerate(context.scenario.services):
        mine = [block for block in chosen if block.service == index]
        used = {_key(block) for block in mine}
        extra = _extra_costs(blocks, mine, total)
        names: dict[tuple[str, str], None] = {}
        for location in blocks.locations:
            for candidate in candidates_of(context.catalog, service, location):
                names[candidate.instance.provider, candidate.instance.name] = None
        cheapest_first = sorted(set(names) - used, key=_by_rise(extra))
        verdicts += [_verdict(service.name, index, key, extra, blocks) for key in cheapest_first]
        verdicts += _without_profile(context, blocks, service.name, set(names))
    return tuple(verdicts)


def _by_rise(
    extra: dict[tuple[str, str], tuple[float, str]],
) -> Callable[[tuple[str, str]], tuple[float, tuple[str, str]]]:
    return lambda key: (extra[key][0] if key in extra else float("inf"), key)


def _key(block: Block) -> tuple[str, str]:
    kind = block.configuration.candidate.instance
    return kind.provider, kind.name


def _extra_costs(blocks: BlockSet, mine: Sequence[Block], total: float) -> dict[tuple[str, str], tuple[float, str]]:
    """Least rise of the bill by instance type, with the words for it."""
    extra: dict[tuple[str, str], tuple[float, str]] = {}
    for block in mine:
        for group, result in blocks.groups.items():
            if (group.service, group.origins, group.standby) != (block.service, block.origins, block.group.standby):
                continue
            location = group.location
            for key, verdict in result.by_budget.get(block.budget_s, result.verdicts).items():
                rise, exact = verdict.rise(block.cost, total)
                rise = max(0.0, rise)
                if rise < extra.get(key, (float("inf"), ""))[0]:
                    share = rise / block.cost if block.cost > 0.0 else 0.0
                    word = "" if exact else "at least "
                    moved = "" if location == block.location else f", moved to {location}"
                    extra[key] = rise, f"{word}+{share * 100:.1f} % for the pool in {block.location}{moved}"
    return extra


def _verdict(
    service: str,
    index: int,
    key: tuple[str, str],
    extra: dict[tuple[str, str], tuple[float, str]],
    blocks: BlockSet,
) -> Rejected:
    name = f"{key[0]} {key[1]}"
    if key in extra and extra[key][0] != float("inf"):
        rise, detail = extra[key]
        return Rejected(service, name, "costs_more" if rise > 0.0 else "dominated", detail, rise)
    if (like := blocks.like_cheaper.get((index, *key))) is not None:
        return Rejected(service, name, "dominated", f"does the work of {like} at a higher price", None)
    reasons = list(dict.fromkeys(blocks.reasons.get((index, *key), [])))
    detail = "; ".join(reasons[:2]) if reasons else "one request alone misses what the network leaves of the target"
    return Rejected(service, name, "cannot", detail, None)


def _without_profile(context: Context, blocks: BlockSet, service: str, named: set[tuple[str, str]]) -> list[Rejected]:
    providers = {context.catalog.locations[name].provider for name in blocks.locations}
    others = sorted(
        key for key, kind in context.catalog.instance_types.items() if kind.provider in providers and key not in named
    )
    return [
        Rejected(service, f"{provider} {name}", "cannot", "no measured or estimated profile of the service", None)
        for provider, name in others
    ]
