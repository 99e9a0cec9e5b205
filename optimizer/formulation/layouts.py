"""How instances lie over zones: the fewest that carry a need, and their layout with most room for spot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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

    def _carried(self, layouts: Indices) -> Floats:
        full: Floats = self.capacity[layouts].sum(axis=-1)
        if self.survives == "nothing":
            return full
        carried: Floats = np.minimum(full, LEFT[self.survives](self.capacity, layouts) / self.share)
        return carried

    def _balanced(self, totals: Indices) -> Indices:
        """Balanced layouts of totals on all, .., 1 zones, shape (zones, totals, zones)."""
        used = np.arange(self.zones, 0, -1)
        small, extra = np.divmod(totals[None, :], used[:, None])
        column = np.arange(self.zones)
        spread = small[..., None] + (column < extra[..., None])
        layouts: Indices = np.where(column < used[:, None, None], spread, 0).astype(np.int64)
        return layouts

    def laid_out(self, counts: Indices, need_per_s: Floats, room: SpotRoom | None) -> tuple[Indices, Indices]:
        """Return for each count the layout that carries its need, with most spot, then most balanced.

        Parameters
        ----------
        counts, need_per_s
            Instances and what they must carry, shape (cases,) each; a count that is large enough for its need.
        room
            What spot may be; None for none.

        Returns
        -------
        layouts, spot
            Instances by zone, and how many of them may stand on spot, shape (cases, zones) each.
        """
        layouts = np.zeros((counts.size, self.zones), dtype=np.int64)
        spot = np.zeros_like(layouts)
        for count in np.unique(counts[counts > 0]).tolist():
            cases = np.flatnonzero(counts == count)
            rows, phi = self._of(count)
            feasible = phi[None, :] >= need_per_s[cases][:, None]
            able = feasible.any(axis=1)
            chosen, vacant = self._with_spot(count, rows, feasible[able], need_per_s[cases[able]], room)
            layouts[cases[able]], spot[cases[able]] = rows[chosen], vacant
            for case in cases[~able].tolist():
                layouts[case] = self._filled_up(count, float(need_per_s[case]))
        return layouts, spot

    def _filled_up(self, count: int, need: float) -> Indices:
        """Lay out the fewest that carry a need, and put the rest where fewest are.

        For a count that was raised beyond the exhaustive range and has no balanced layout of its own; no spot.
        """
        fewest = int(np.searchsorted(self.phi_per_s, need, side="left"))
        if fewest >= count:  # fewer than the need asks for: only where the rule `capacity` is off
            first: Indices = self._of(count)[0][0]
            return first
        layout: Indices = self.laid_out(np.array([fewest]), np.array([need]), None)[0][0]
        for _ in range(count - fewest):
            layout[int(np.argmin(layout))] += 1
        return layout

    def _of(self, count: int) -> tuple[Indices, Floats]:
        """Layouts of a count, balanced first, with what they carry."""
        if count <= self._small:
            part = slice(int(self._starts[count]), int(self._starts[count + 1]))
            return self._parts[part], self._phi[part]
        rows = self._spread[:, count - self._small - 1, :]
        return rows, self._carried(rows)

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
        for stay in range(count - most, count):
            inner, within = self._inner(count, rows, stay)
            carries = self.capacity[inner].sum(axis=1)[None, :] >= (self.share * need[open_])[:, None]
            able = feasible[open_] & (carries.astype(np.int64) @ within.T.astype(np.int64) > 0)
            cases = np.flatnonzero(open_)[able.any(axis=1)]
            for case, row_able, row_carries in zip(
                cases, able[able.any(axis=1)], carries[able.any(axis=1)], strict=True
            ):
                row = int(np.argmax(row_able))
                kept = int(np.argmax(row_carries & within[row]))
                chosen[case], spot[case] = row, rows[row] - inner[kept]
            open_[cases] = False
            if not open_.any():
                break
        return chosen, spot

    def _inner(self, count: int, rows: Indices, stay: int) -> tuple[Indices, np.ndarray]:
        """Layouts of what stays, and which of them lie within which rows."""
        if count <= self._small:
            parts = self._parts[self._starts[stay] : self._starts[stay + 1]]
            return parts, lies_within(self.zones, count, stay)
        inner = self._balanced(np.array([stay]))[:, 0, :]
        return inner, np.asarray((inner[None, :, :] <= rows[:, None, :]).all(axis=2))


def _limited(layouts: Indices, most: int) -> Indices:
    """Take instances zone by zone, the last zone first, until `most` are taken, shape as given."""
    backwards = layouts[:, ::-1]
    before = np.cumsum(backwards, axis=1) - backwards
    taken: Indices = np.clip(most - before, 0, backwards)[:, ::-1]
    return taken
