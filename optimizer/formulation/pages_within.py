"""Blocks of scenarios whose stages share the target of a page, simulated only where a cheap enough plan may have them.

Configurations have floors, as in `within`, and `page_bound` says what a plan with each costs at least. What is
simulated raises floors: that of the block itself, and those of the same configuration with less time, which needs no
fewer instances. So configurations are simulated a few at a time, those of the cheapest plans first; and where so many
instances as might do at best do not, twice as many are looked at only once bounds rest on it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import count

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.blocks import Block, Configuration, Group, Likeness, configurations_of
from optimizer.formulation.budgets import first_budgets, with_more
from optimizer.formulation.context import Context
from optimizer.formulation.groups import add_configurations, considered, first_set, limits_of
from optimizer.formulation.page_bound import Bound, PageBound, Ways, joined
from optimizer.formulation.page_ways import Place, Way, pages_by_origin, seen_at_origins
from optimizer.formulation.problem import Indices
from optimizer.formulation.selection import GroupResult, TypeVerdict
from optimizer.formulation.supply import Key
from optimizer.formulation.within import ROUNDING, bounded, shapes_of

#: Configurations that are simulated before floors are worked out anew: so many, or this share of those that are left.
FEWEST_AT_ONCE, SHARE_AT_ONCE = 3, 0.05
#: While it is not known what a plan costs, so many times more each time.
MORE_EACH_TIME = 1.03
Progress = Callable[[str, str], None]


class PagesWithin:
    """Every configuration of every group, at the budgets that are looked at, and the blocks made so far.

    Parameters
    ----------
    context
        Its budgets are set to the first ones where they are not given.
    progress
        Told what is simulated.

    Attributes
    ----------
    block_set
        What is known of the groups; its blocks are those a plan within the cost last asked for may choose from.
    """

    def __init__(self, context: Context, progress: Progress | None = None) -> None:
        if context.budgets is None:
            context.budgets = first_budgets(context)
        self._context, self._progress = context, progress
        self.block_set = first_set(context)
        self._shapes, self._prices = shapes_of(context, self.block_set.locations), dict[Key, Floats]()
        self._places: list[Place] = []
        for group, usable in considered(context, self.block_set):
            worst, target = limits_of(context, group)
            self.block_set.groups[group] = GroupResult()
            if worst is not None:
                self._places.append(Place(group, usable, worst, target))
        self._pages = pages_by_origin(context)
        self._ways: list[Way] = []
        self._number: dict[int, int] = {}
        self._looked: Counter[int] = Counter()
        self._alike: dict[tuple[Group, Likeness], list[int]] = {}
        self._seen = Ways(np.zeros(0, np.int64), *np.zeros((2, 0, len(context.scenario.origins))))
        self._floor, self._least, self._settled = np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool)
        self._add(lambda place: context.budgets.get(place.group.service, (place.target_s,)))  # type: ignore[union-attr]

    def add_budgets(self, new: Mapping[int, tuple[float, ...]]) -> None:
        """Look at further budgets of stages as well, seconds, by service (index)."""
        self._add(lambda place: new.get(place.group.service, ()))
        self._context.budgets = with_more(self._context.budgets, new)

    def least_total(self, most: float = np.inf) -> float:
        """Return what a plan that costs at most `most` costs at least; what this rests on is simulated.

        Both without the fixed part; infinite where there is no such plan.
        """
        for turn in count():
            bound, floor = self._within(most)
            of_settled = self._bound.of(np.where(self._settled, floor, np.inf)).least
            left = np.flatnonzero(~self._settled & np.isfinite(bound.whole))
            if not left.size or of_settled <= bound.least * (1.0 + ROUNDING):
                break
            # More each time: where nothing fits, all of it is simulated.
            self._simulate_some(left, bound, int(FEWEST_AT_ONCE * MORE_EACH_TIME**turn))
        return bound.least

    def simulate(self, most: float) -> None:
        """Simulate everything that a plan which costs at most `most`, the fixed part apart, may have.

        Where that is infinite, everything there is: what fits into no page tells why nothing does.
        """
        while True:
            bound, floor = self._within(most)
            left = np.flatnonzero(~self._settled & np.isfinite(bound.whole if np.isfinite(most) else floor))
            if not left.size:
                break
            share = SHARE_AT_ONCE if np.isfinite(most) else 1.0
            self._simulate_some(left, bound, max(FEWEST_AT_ONCE, int(share * left.size)))
        self.block_set.blocks = [block for result in self.block_set.groups.values() for block in result.blocks]

    def _within(self, most: float) -> tuple[Bound, Floats]:
        """Bounds of plans that cost at most `most`, with the floors of what they may have, infinite for all else.

        What no such plan has bounds none of them: leaving it out raises the bounds of others, which may go as well.
        """
        floor, allowed = self._floor, most + abs(most) * ROUNDING if np.isfinite(most) else most
        while True:
            bound = self._bound.of(floor)
            gone = np.isfinite(floor) & (bound.whole > allowed)
            if not gone.any():
                return bound, floor
            floor = np.where(gone, np.inf, floor)

    def note_left_out(self) -> None:
        """Say of what is not simulated what it adds at least, and what a plan with it costs at least."""
        whole = self._bound.of(self._floor).whole
        for number in np.flatnonzero(~self._settled & np.isfinite(whole)).tolist():
            way = self._ways[number]
            result, kind = self.block_set.groups[way.place.group], way.configuration.key[:2]
            for verdicts in (result.by_budget.setdefault(way.budget_s, {}), result.verdicts):
                verdict = verdicts.setdefault(kind, TypeVerdict())
                verdict.left_out.append((float(self._least[number]), float(whole[number])))

    def _add(self, budgets: Callable[[Place], Sequence[float]]) -> None:
        """Look at the configurations of some budgets of each place."""
        floors, leasts, seen = [self._floor], [self._least], [self._seen]
        for place in self._places:
            levels = [budget for budget in budgets(place) if budget <= place.target_s]
            new = [item for budget in levels for item in configurations_of(self._context, place.usable, budget)]
            floor, least = self._bounds(place, new)
            floors.append(floor)
            leasts.append(least)
            seen.append(seen_at_origins(self._context, place.group, [item.point.target_s for item in new]))
            for item in new:
                self._number[id(item)] = len(self._ways)
                self._alike.setdefault((place.group, item.likeness), []).append(len(self._ways))
                self._ways.append(Way(place, item))
        self._floor, self._least = np.concatenate(floors), np.concatenate(leasts)
        self._settled = np.append(self._settled, np.zeros(self._floor.size - self._settled.size, dtype=bool))
        self._seen = joined(seen)
        self._bound = PageBound(self._seen, self._pages)

    def _bounds(self, place: Place, configurations: list[Configuration]) -> tuple[Floats, Floats]:
        """Bounds of configurations of a place, from what is known of them with more time."""
        fewest = [self.block_set.groups[place.group].fewest(item) for item in configurations]
        shape = self._shapes[place.group.location]
        return bounded(self._context, place.group, configurations, fewest, shape, self._prices)

    def _simulate_some(self, left: Indices, bound: Bound, at_once: int) -> None:
        """Simulate those that bounds rest on most; of like ones that with most time only: it tells of the others."""
        chosen: dict[tuple[Group, Likeness], int] = {}
        for number in left[np.argsort(bound.beyond[left], kind="stable")[:at_once]].tolist():
            way = self._ways[number]
            alike = way.place.group, way.configuration.likeness
            if alike not in chosen or self._ways[chosen[alike]].budget_s < way.budget_s:
                chosen[alike] = number
        together: dict[tuple[Group, float], list[int]] = {}
        for number in chosen.values():
            way = self._ways[number]
            together.setdefault((way.place.group, way.budget_s), []).append(number)
        for numbers in together.values():
            self._settle(numbers)
        for alike, number in chosen.items():
            self._raise_floors(alike, self._ways[number])

    def _settle(self, numbers: list[int]) -> None:
        """Make the blocks of configurations of one group and budget; those that are not kept are in no plan."""
        place = self._ways[numbers[0]].place
        if self._progress is not None:
            name = self._context.scenario.services[place.group.service].name
            self._progress("capacity", f"{name} in {place.group.location}")
        configurations = [self._ways[number].configuration for number in numbers]
        result = self.block_set.groups[place.group]
        found = add_configurations(
            self._context, place.group, result, configurations, place.network_s, lambda item: self._looked[id(item)]
        )
        later = [self._number[id(item)] for item in found.unfinished]
        self._looked.update(id(item) for item in found.unfinished)
        settled = sorted({*numbers} - {*later})
        self._floor[settled], self._settled[settled] = np.inf, True
        for block in found.blocks:
            self._floor[self._number[id(block.configuration)]] = self._worth(block)
        self._raise(place, later)

    def _worth(self, block: Block) -> float:
        """What a block adds to a plan at least, as far as floors add up."""
        key = block.configuration.key
        return float(self._context.supply(*key).cost_at(self._prices[key], block.use, block.spot)) + block.own_cost

    def _raise_floors(self, alike: tuple[Group, Likeness], known: Way) -> None:
        """Work out the floors of like configurations with less time than one that is known now."""
        numbers = [n for n in self._alike[alike] if not self._settled[n] and self._ways[n].budget_s < known.budget_s]
        self._raise(known.place, numbers)

    def _raise(self, place: Place, numbers: list[int]) -> None:
        """Work out the floors of configurations of a place anew, from what is known by now."""
        if numbers:
            floor, least = self._bounds(place, [self._ways[number].configuration for number in numbers])
            self._floor[numbers] = np.maximum(self._floor[numbers], floor)
            self._least[numbers] = np.maximum(self._least[numbers], least)
