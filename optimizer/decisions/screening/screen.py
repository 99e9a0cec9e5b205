r"""About the price at which an unused instance type enters the cheapest plan, without a solve for each.

Serving what some pools serve on another type costs :math:`k + f r`: `k` is what runs and flows, and what of a machine
is not its price, `r` is what is paid by its price, and `f` the factor on all its prices. The plan with it costs as much
as the plan without it at

.. math:: f = (V - k) / r

where `V` is what the plan costs less without these pools, whose other purchases are made anew. The largest `f` over
pools, and over all pools of a service together, is the answer. A plan with the type exists at that price, so that the
exact break-even price is not lower; it may be higher, where pools of several services would share purchases. Limits
of the whole plan (quotas, budget, power, tiered transfer) are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from optimizer.costs import Rates
from optimizer.decisions.break_even import ENTERS_SHARE
from optimizer.decisions.screening.records import Screened, Screening
from optimizer.decisions.screening.savings import Planned, Saving, savings_of
from optimizer.decisions.work import Question, run_all
from optimizer.domain.purchase import ON_DEMAND, OWNED
from optimizer.errors import FleetoptError
from optimizer.formulation.blocks import Block
from optimizer.formulation.context import Context
from optimizer.formulation.groups import make_blocks
from optimizer.inputs.options_file import BOUGHT

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class ScreenQuestion:
    """An instance type that a plan does not use."""

    question: Question
    planned: Planned
    key: Key


def screening(question: Question, executor: Executor, tell: Callable[[str, str], None]) -> Screening | None:
    """Screen every instance type that is not in the plan of a question; None where it has no plan."""
    try:
        planned = savings_of(question)
    except FleetoptError:
        return None
    keys = sorted(unused(question, planned))
    asked = [ScreenQuestion(question, planned, key) for key in keys]

    def done(number: int, finished: int) -> None:
        tell(f"screening {finished} of {len(asked)}", "/".join(keys[number]))

    found = run_all(executor, screened, asked, done)
    types = sorted((item for item in found if item is not None), key=lambda item: -item.factor)
    cannot = ("/".join(key) for key, item in zip(keys, found, strict=True) if item is None)
    return Screening(tuple(types), tuple(cannot))


def unused(question: Question, planned: Planned) -> Iterator[Key]:
    """Yield what is not in a plan, and can be had in an allowed location."""
    context = Context(question.scenario, question.catalog, question.how.store())
    for key in question.catalog.instance_types:
        places = (place for place in question.scenario.locations if place.startswith(f"{key[0]}/"))
        if key not in planned.used and any(context.supply(*key, place).can_be_had for place in places):
            yield key


def screened(asked: ScreenQuestion) -> Screened | None:
    """Return about the break-even price of a type; None where it can serve nothing in the place of a pool."""
    question, key = asked.question, asked.key
    alone = replace(question.catalog, instance_types={key: question.catalog.instance_types[key]})
    context = Context(replace(question.scenario, pins=()), alone, question.how.store())
    try:
        blocks = make_blocks(context).blocks
    except FleetoptError:
        return None
    found = [
        (factor, saving, block)
        for saving in asked.planned.savings
        for block in blocks
        if _may_replace(block, saving) and (factor := _factor(context, block, saving, asked.planned.total)) is not None
    ]
    if not found:
        return None
    factor, saving, block = max(found, key=lambda item: item[0])
    return _told(asked, context, block, saving, factor)


def _may_replace(block: Block, saving: Saving) -> bool:
    group = block.group
    same = (group.service, group.origins, group.standby) == (saving.service, saving.origins, saving.standby)
    return same and not group.eighths and block.location not in saving.others


def _factor(context: Context, block: Block, saving: Saving, total: float) -> float | None:
    """Return the factor at which it costs the same; None where the type would not be 1 % of the plan there."""
    by_price = block.rent_alone * _share_of_price(context, block)
    if not 0.0 < by_price < float("inf"):
        return None
    fixed = block.own_cost + block.rent_alone - by_price
    factor = (saving.value - fixed) / by_price
    return factor if factor * by_price >= ENTERS_SHARE * total else None


def _share_of_price(context: Context, block: Block) -> float:
    """Share of what is paid for instances that follows their price: of a machine to buy capital and maintenance."""
    kind = block.configuration.candidate.instance
    key = (kind.provider, kind.name, block.location)
    if key not in context.catalog.owned or OWNED not in context.options:
        return 1.0
    cost = context.rates.owned_cost(*key)
    return (cost.ownership + cost.maintenance) / cost.total if cost.total > 0.0 else 1.0


def _told(asked: ScreenQuestion, context: Context, block: Block, saving: Saving, factor: float) -> Screened:
    option, price = _price(context.rates, asked.key, block.location)
    name = context.scenario.services[saving.service].name
    replaces = f"{name} in {', '.join(dict.fromkeys(saving.places))}"
    return Screened(*asked.key, factor, replaces, block.location, option, price, price * factor)


def _price(rates: Rates, key: Key, place: str) -> tuple[str, float]:
    """The price on demand; else the purchase price, or that of the first term that is known."""
    server = rates.catalog.owned.get((*key, place))
    on_demand = rates.instance_hour(*key, place, ON_DEMAND)
    if on_demand is None and server is not None:
        return OWNED, server.purchase_price(rates.scenario.owned.price)
    for option in (ON_DEMAND, *BOUGHT):
        hour = rates.instance_hour(*key, place, option)
        if hour is not None:
            return option, hour.amount
    return ON_DEMAND, 0.0
