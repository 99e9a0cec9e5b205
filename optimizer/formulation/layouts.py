"""How instances lie over zones: the fewest that carry a need, and their layout with most room for spot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from optimizer.domain.purchase import MayVanish
from optimizer.domain.scenario import Floats
from optimizer.formulation.partitions import EXHAUSTIVE_INSTANCES, lies_within, partitions
from optimizer.formulation.problem import Indices
from optimizer.formulation.rules.instance_loss import left_without_instance
from optimizer.formulation.rules.spot_may_vanish import spot_by_zone
from optimizer.formulation.rules.spot_share import most_spot
from optimizer.formulation.rules.zone_loss import left_without_zone

Survives = Literal["nothing", "instance", "zone"]
LEFT: dict[Survives, Callable[[Floats, Indices], Floats]] = {
    "instance": left_without_instance,
    "zone": left_without_zone,
}


@dataclass(frozen=True, slots=True)
class SpotRoom:
    """How much spot a layout may hold: a share of its instances, and what must be survived when it vanishes."""

    max_share: float
    may_vanish: MayVanish
    share_on: bool = True


def carried_by(capacity_per_s: Floats, layouts: Indices, survives: Survives, share: float) -> Floats:
    """Return what layouts over like zones carry, by the formula of `Layouts`; `layouts` has shape (..., zones)."""
    full: Floats = capacity_per_s[layouts].sum(axis=-1)
    if survives == "nothing":
        return full
    carried: Floats = np.minimum(full, LEFT[survives](capacity_per_s, layouts) / share)
    return carried


def layouts_for(capacity_per_s: Floats, zones: int, survives: Survives, share: float) -> Layouts:
    """Return the layouts of a capacity, made once in a process: plans beside a plan ask for the same ones again."""
    return _made_once(capacity_per_s.tobytes(), zones, survives, share)


@lru_cache(maxsize=1024)
def _made_once(capacity_per_s: bytes, zones: int, survives: Survives, share: float) -> Layouts:
    return Layouts(np.frombuffer(capacity_per_s), zones, survives, share)


class Layouts:
    r"""Layouts of 0..x_max instances over like zones.

    A layout x carries

    .. math:: \Phi(x) = \min \{ \sum_z \Lambda(x_z),\ left(x) / \rho \}

    where `left` is what remains after the loss it must survive and :math:`\rho` the share of the need that must then
    still be carried. Every layout is considered up to `EXHAUSTIVE_INSTANCES`; balanced ones on 1..all zones beyond.

    Parameters
    ----------
    capacity_per_s
        Capacity of 0..x_max instances in one zone, never falling, shape (x_max + 1,), requests/s.
    zones
        Zones that may be used, at least 1. They are alike.
    survives
        What may be lost.
    share
        Protected share of the need, above 0.
    """

    def __init__(self, capacity_per_s: Floats, zones: int, survives: Survives = "nothing", share: float = 1.0) -> None:
        self.capacity, self.zones, self.survives, self.share = capacity_per_s, zones, survives, share
        self._small = min(capacity_per_s.size - 1, EXHAUSTIVE_INSTANCES)
        self._parts, starts = partitions(zones)
        self._starts = starts[: self._small + 2]
        rows = self._parts[: self._starts[-1]]
        self._phi = self._carried(rows)
        self._spread = self._balanced(np.arange(self._small + 1, capacity_per_s.size))
        # The most that 0..x_max instances carry, never falling.
        best_small = np.maximum.reduceat(self._phi, self._starts[:-1])
        best_large = self._carried(self._spread).max(axis=0) if self._spread.size else np.zeros(0)
        self.phi_per_s: Floats = np.maximum.accumulate(np.concatenate([best_small, best_large]))
        self.full_per_s = self._largest_full(rows)
        balanced = self._balanced(np.arange(capacity_per_s.size))
        self._known: dict[tuple[bytes, bytes, bytes, SpotRoom | None], tuple[Indices, Indices]] = {}
        self._balanced_full = np.maximum.accumulate(capacity_per_s[balanced].sum(axis=-1), axis=1)

    def fewest_without_loss(self, need_per_s: Floats) -> Indices:
        """Fewest instances that carry a need while nothing is lost, shape as given."""
        return np.searchsorted(self.full_per_s, need_per_s, side="left").astype(np.int64)

    def _largest_full(self, rows: Indices) -> Floats:
        """The most that 0..x_max instances carry while nothing is lost, never falling."""
        if self.survives == "nothing":
            return self.phi_per_s
        small = np.maximum.reduceat(self.capacity[rows].sum(axis=1), self._starts[:-1])
        large = self.capacity[self._spread].sum(axis=-1).max(axis=0) if self._spread.size else np.zeros(0)
        return np.maximum.accumulate(np.concatenate([small, large]))

    def _carried(self, layouts: Indices) -> Floats:
        return carried_by(self.capacity, layouts, self.survives, self.share)

    def _balanced(self, totals: Indices) -> Indices:
        """Balanced layouts of totals on all, .., 1 zones, shape (zones, totals, zones)."""
        used = np.arange(self.zones, 0, -1)
        small, extra = np.divmod(totals[None, :], used[:, None])
        column = np.arange(self.zones)
        spread = small[..., None] + (column < extra[..., None])
        layouts: Indices = np.where(column < used[:, None, None], spread, 0).astype(np.int64)
        return layouts

    def laid_out(
        self, counts: Indices, need_per_s: Floats, room: SpotRoom | None, own_per_s: Floats | None = None
    ) -> tuple[Indices, Indices]:
        """Return for each count the layout that carries its need, with most spot, then most balanced.

        Parameters
        ----------
        counts, need_per_s
            Instances and what they must carry, shape (cases,) each; a count that is large enough for its need.
        room
            What spot may be; None for none.
        own_per_s
            Need while no location is lost, of which the protected share stands when spot vanishes; None for
            `need_per_s`.

        Returns
        -------
        layouts, spot
            Instances by zone, and how many of them may stand on spot, shape (cases, zones) each.
        """
        own = need_per_s if own_per_s is None else own_per_s
        key = (counts.tobytes(), need_per_s.tobytes(), own.tobytes(), room)
        if key not in self._known:
            self._known[key] = found = self._lay_out(counts, need_per_s, own, room)
            for shared in found:
                shared.flags.writeable = False
        return self._known[key]

    def _lay_out(
        self, counts: Indices, need_per_s: Floats, own: Floats, room: SpotRoom | None
    ) -> tuple[Indices, Indices]:
        layouts = np.zeros((counts.size, self.zones), dtype=np.int64)
        spot = np.zeros_like(layouts)
        for count in np.unique(counts[(counts > 0) & (counts <= self._small)]).tolist():
            cases = np.flatnonzero(counts == count)
            layouts[cases], spot[cases] = self._small_layouts(count, need_per_s[cases], own[cases], room)
        cases = np.flatnonzero(counts > self._small)
        if cases.size:
            layouts[cases], spot[cases] = self._large_layouts(counts[cases], need_per_s[cases], own[cases], room)
        return layouts, spot

    def _small_layouts(self, count: int, need: Floats, own: Floats, room: SpotRoom | None) -> tuple[Indices, Indices]:
        """Lay out a count within the exhaustive range for several needs."""
        part = slice(int(self._starts[count]), int(self._starts[count + 1]))
        rows, phi = self._parts[part], self._phi[part]
        feasible = phi[None, :] >= need[:, None]
        # Fewer than the need asks for: only where the rule `capacity` is off.
        feasible[~feasible.any(axis=1), 0] = True
        chosen, vacant = self._with_spot(count, rows, feasible, own, room)
        return rows[chosen], vacant

    def _large_layouts(
        self, counts: Indices, need: Floats, own: Floats, room: SpotRoom | None
    ) -> tuple[Indices, Indices]:
        """Lay out counts beyond the exhaustive range, each balanced on some zones; spot is taken off in balance."""
        spread = np.swapaxes(self._spread[:, counts - self._small - 1, :], 0, 1)
        feasible = self._carried(spread) >= need[:, None]
        fits = feasible.any(axis=1)
        vacant = np.zeros(feasible.shape, dtype=np.int64)
        if room is not None:
            vacant = self._balanced_room(counts, own, room)
        best = np.argmax(np.where(feasible, vacant, -1), axis=1)
        cases = np.arange(counts.size)
        layouts, taken = spread[cases, best], vacant[cases, best]
        stay = self._balanced(counts - taken)[best, cases]
        spot = np.where((taken > 0)[:, None], layouts - stay, 0)
        for case in np.flatnonzero(~fits).tolist():
            layouts[case], spot[case] = self._filled_up(int(counts[case]), float(need[case])), 0
        return layouts, spot

    def _balanced_room(self, counts: Indices, need: Floats, room: SpotRoom) -> Indices:
        """Most spot of balanced layouts on all, .., 1 zones, shape (cases, zones)."""
        most = most_spot(counts, room.max_share, on=room.share_on)[:, None]
        if room.may_vanish == "tolerated":
            return np.broadcast_to(most, (counts.size, self.zones)).copy()
        must = self.share * need
        if room.may_vanish == "one_zone":
            spread = np.swapaxes(self._spread[:, counts - self._small - 1, :], 0, 1)
            found = [spot_by_zone(self.capacity, spread[:, row, :], must).sum(axis=1) for row in range(self.zones)]
            # Taken off in balance, each zone loses no more than the zone with least room, times the zones in use.
            least = [self._least_room(spread[:, row, :], must) for row in range(self.zones)]
            room_: Indices = np.minimum(most, np.minimum(np.stack(found, axis=1), np.stack(least, axis=1)))
            return room_
        stay = np.stack([np.searchsorted(full, must, side="left") for full in self._balanced_full], axis=1)
        vacant: Indices = np.clip(counts[:, None] - stay, 0, most)
        return vacant

    def _least_room(self, layouts: Indices, must: Floats) -> Indices:
        room = spot_by_zone(self.capacity, layouts, must)
        used = layouts > 0
        least: Indices = np.where(used, room, room.max(initial=0) + 1).min(axis=1) * used.sum(axis=1)
        return least

    def _filled_up(self, count: int, need: float) -> Indices:
        """Lay out the fewest that carry a need, and put the rest where fewest are.

        For a count that was raised beyond the exhaustive range and has no balanced layout of its own; no spot.
        """
        fewest = int(np.searchsorted(self.phi_per_s, need, side="left"))
        if fewest >= count:  # fewer than the need asks for: only where the rule `capacity` is off
            first: Indices = self._balanced(np.array([count]))[0, 0]
            return first
        layout: Indices = self.laid_out(np.array([fewest]), np.array([need]), None)[0][0].copy()
        for _ in range(count - fewest):
            layout[int(np.argmin(layout))] += 1
        return layout

    def _with_spot(
        self, count: int, rows: Indices, feasible: np.ndarray, need: Floats, room: SpotRoom | None
    ) -> tuple[Indices, Indices]:
        """Choose a row for each case, and its spot by zone."""
        first = np.argmax(feasible, axis=1)
        none = np.zeros((need.size, self.zones), dtype=np.int64)
        if room is None:
            return first, none
        most = int(most_spot(np.array([count]), room.max_share, on=room.share_on)[0])
        if most == 0:
            return first, none
        if room.may_vanish == "tolerated":
            return first, _limited(rows[first], most)
        if room.may_vanish == "one_zone":
            return self._one_zone(rows, feasible, need, most)
        return self._all_of_a_type(count, rows, feasible, need, most)

    def _one_zone(self, rows: Indices, feasible: np.ndarray, need: Floats, most: int) -> tuple[Indices, Indices]:
        chosen = np.zeros(need.size, dtype=np.int64)
        spot = np.zeros((need.size, self.zones), dtype=np.int64)
        for case in range(need.size):
            able = np.flatnonzero(feasible[case])
            found = spot_by_zone(self.capacity, rows[able], np.full(able.size, self.share * need[case]))
            best = int(np.argmax(np.minimum(found.sum(axis=1), most)))
            chosen[case], spot[case] = able[best], _limited(found[best : best + 1], most)[0]
        return chosen, spot

    def _all_of_a_type(
        self, count: int, rows: Indices, feasible: np.ndarray, need: Floats, most: int
    ) -> tuple[Indices, Indices]:
        """Keep as few instances off spot as carry the protected need in a layout within the chosen one."""
        chosen, open_ = np.argmax(feasible, axis=1), np.ones(need.size, dtype=bool)
        spot = np.zeros((need.size, self.zones), dtype=np.int64)
        must = self.share * need
        # No layout of fewer carries it, whatever lies within what.
        fewest = np.searchsorted(self.full_per_s, must, side="left")
        for stay in range(max(count - most, int(fewest.min(initial=count))), count):
            trying = np.flatnonzero(open_ & (fewest <= stay))
            if not trying.size:
                continue
            inner, within = self._inner(count, stay)
            carried = self.capacity[inner].sum(axis=1)
            most_within = np.where(within, carried[None, :], -1.0).max(axis=1)
            able = feasible[trying] & (most_within[None, :] >= must[trying][:, None])
            found = able.any(axis=1)
            cases, row = trying[found], np.argmax(able[found], axis=1)
            kept = np.argmax((carried[None, :] >= must[cases][:, None]) & within[row], axis=1)
            chosen[cases], spot[cases] = row, rows[row] - inner[kept]
            open_[cases] = False
            if not open_.any():
                break
        return chosen, spot

    def _inner(self, count: int, stay: int) -> tuple[Indices, np.ndarray]:
        """Layouts of what stays, and which of them lie within which layouts of the count."""
        parts = self._parts[self._starts[stay] : self._starts[stay + 1]]
        return parts, lies_within(self.zones, count, stay)


def _limited(layouts: Indices, most: int) -> Indices:
    """Take instances zone by zone, the last zone first, until `most` are taken, shape as given."""
    backwards = layouts[:, ::-1]
    before = np.cumsum(backwards, axis=1) - backwards
    taken: Indices = np.clip(most - before, 0, backwards)[:, ::-1]
    return taken
