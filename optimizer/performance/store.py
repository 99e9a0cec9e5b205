"""Planned capacities by operating point and number of replicas, each simulated once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.performance import kernel
from optimizer.performance.capacity import capacity_per_s
from optimizer.performance.point import RANDOM, SAMPLING_DERATE, SHARED, OperatingPoint, optimistic_capacity
from optimizer.performance.remembered import Folder, format_rows, point_key, shipped_capacities

#: Every number of replicas up to here is simulated; beyond, these.
EXACT_UP_TO = 12
BEYOND = (14, 16, 18, 20, 22, 24, 28, 32, 36, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256)
#: A shared queue with more requests in service is not simulated but taken as several that are.
LARGEST_IN_SERVICE = 8192


def simulated_counts(point: OperatingPoint, replicas_max: int) -> list[int]:
    """Return the numbers of replicas to simulate for a curve up to `replicas_max`, the next larger one included."""
    if point.dispatch == RANDOM:  # replicas that share nothing: each carries what one carries
        return [1]
    limit = max(1, LARGEST_IN_SERVICE // point.batch_size) if point.dispatch == SHARED else BEYOND[-1]
    grid = [count for count in (*range(1, EXACT_UP_TO + 1), *BEYOND) if count <= limit]
    reached = sum(count < replicas_max for count in grid)
    return grid[: reached + 1]


class CapacityStore:
    """Capacities that were simulated, kept by what they depend on.

    Parameters
    ----------
    cache_folder
        Where results are kept between runs; None for none.
    seed
        Of the traffic sample.

    Attributes
    ----------
    simulated_values
        Capacities simulated by this store, not remembered from an earlier run or the shipped table.
    """

    def __init__(self, cache_folder: Path | None = None, seed: int = 0) -> None:
        self.seed = seed
        self.simulated_values = 0
        self._folder = None if cache_folder is None else Folder(Path(cache_folder))
        self._known: dict[str, dict[int, float]] = {}
        self._used: dict[str, dict[int, float]] = {}
        self._curves: dict[tuple[OperatingPoint, int], Floats] = {}

    def curve(self, point: OperatingPoint, replicas_max: int) -> Floats:
        r"""Return the planned capacity of 0..replicas_max replicas.

        .. math:: 0.98 \cdot \min(\lambda_{max}(n), 0.97\, n b / s(b))

        Between simulated numbers of replicas the lower of the two neighbours' rates per replica stands, so that nothing
        is promised which was not simulated; beyond the last one its rate. A curve never falls: what n replicas carry,
        n + 1 carry as well, one of them idle.

        Returns
        -------
        ndarray, shape (replicas_max + 1,)
            Requests/s, read-only, never above `optimistic_capacity`; all 0 where a lone request misses the target.
        """
        asked = (point, replicas_max)
        if asked not in self._curves:
            planned = self._planned(point, replicas_max)
            planned.setflags(write=False)
            self._curves[asked] = planned
        return self._curves[asked]

    def export(self, path: Path) -> None:
        """Write every value used so far as rows ``key,replicas,requests/s``, the format of the shipped table."""
        path.write_text(format_rows(self._used.items()), encoding="utf-8", newline="\n")

    def _planned(self, point: OperatingPoint, replicas_max: int) -> Floats:
        """Work out `curve`."""
        bound = optimistic_capacity(point, replicas_max)
        if replicas_max <= 0 or point.hopeless:
            return bound
        rates = self._rates(point, simulated_counts(point, replicas_max))
        grid = np.array(sorted(rates))
        per_replica = np.array([rates[count] for count in grid.tolist()]) / grid
        replicas = np.arange(1, replicas_max + 1)
        above = np.minimum(np.searchsorted(grid, replicas), grid.size - 1)
        below = np.searchsorted(grid, replicas, side="right") - 1
        carried = SAMPLING_DERATE * replicas * np.minimum(per_replica[below], per_replica[above])
        return np.minimum(np.maximum.accumulate(np.concatenate([[0.0], carried])), bound)

    def _rates(self, point: OperatingPoint, counts: list[int]) -> dict[int, float]:
        """Simulated capacity of each number of replicas, before the derate."""
        key = point_key(point, self.seed)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = dict(shipped_capacities().get(key, {}))
        missing = [count for count in counts if count not in known]
        if missing and self._folder is not None:
            # Another process may have written since.
            known |= self._folder.read(key)
            missing = [count for count in counts if count not in known]
        if missing:
            known |= self._simulated(point, missing)
            self.simulated_values += len(missing)
            if self._folder is not None:
                self._folder.write(key, known)
        rates = {count: known[count] for count in counts}
        self._used.setdefault(key, {}).update(rates)
        return rates

    def _simulated(self, point: OperatingPoint, counts: list[int]) -> dict[int, float]:
        """Simulate several numbers of replicas, on all processors once the compiled kernel is in use."""
        rates: dict[int, float] = {}
        left = list(counts)
        while left and kernel.foresees():
            count = left.pop(0)
            rates[count] = capacity_per_s(point, count, self.seed)
        if left:
            with ThreadPoolExecutor(max_workers=min(len(left), os.cpu_count() or 1)) as pool:
                found = pool.map(lambda count: capacity_per_s(point, count, self.seed), left)
                rates |= dict(zip(left, found, strict=True))
        return rates


def get_ready() -> None:
    """Load what every store needs: the shipped table and the engine of the simulation."""
    shipped_capacities()
    kernel.compiled_engine()
