"""How much counts scatter: variance over mean by window, of all windows and of neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.domain.traffic import Burstiness

#: Windows looked at, seconds, as far as the step divides them.
WINDOWS_S = (1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600, 86_400)
HOUR_S = 3_600
#: Hours with at least this share of the busiest hour's requests are busy: their bursts are those that matter.
BUSY_SHARE = 0.5
LEAST_WINDOWS = 3


def in_windows(counts: Floats, steps: int) -> Floats:
    """Return sums of every so many steps, nan where any is not known; what is left at the end is dropped."""
    summed: Floats = counts[: counts.size // steps * steps].reshape(-1, steps).sum(axis=1)
    return summed


def rates_in(counts: Floats, steps: int, step_s: int) -> Floats:
    """Return the rate of every so many steps, requests/s, from those known; nan where fewer than half of them are."""
    parts = counts[: counts.size // steps * steps].reshape(-1, steps)
    known = (~np.isnan(parts)).sum(axis=1)
    rates: Floats = np.where(known >= steps / 2, np.nansum(parts, axis=1) / np.maximum(known, 1) / step_s, np.nan)
    return rates


def dispersion(counts: Floats, window_s: int) -> Burstiness | None:
    r"""Return how counts in windows scatter; None where there are too few, or no request.

    Raw: :math:`\mathrm{var} / \mathrm{mean}`. Local: :math:`\sum (x_{i+1} - x_i)^2 / \sum (x_{i+1} + x_i)` over
    neighbours that are both known. Noise of the rate: :math:`\sqrt{(\mathrm{local} - 1) / \mathrm{mean}}`, because a
    rate with relative noise :math:`\epsilon` has the index :math:`1 + \epsilon^2 \cdot \mathrm{mean}`.

    Parameters
    ----------
    counts
        Requests in each window, in order of time, nan where nothing is known.
    """
    known = counts[~np.isnan(counts)]
    left, right = counts[:-1], counts[1:]
    both = ~np.isnan(left) & ~np.isnan(right)
    total = float((left[both] + right[both]).sum())
    if known.size < LEAST_WINDOWS or not known.any() or not total > 0.0:
        return None
    mean = float(known.mean())
    local = float(((right[both] - left[both]) ** 2).sum()) / total
    noise = float(np.sqrt(max(0.0, local - 1.0) / mean))
    return Burstiness(window_s, known.size, mean, float(known.var()) / mean, local, noise)


def burstiness(counts: Floats, step_s: int) -> tuple[Burstiness, ...]:
    """Return how a series scatters, by window from its step on: up to five minutes in its busy hours only."""
    busy = counts if step_s > HOUR_S else np.where(_busy(counts, step_s), counts, np.nan)
    found = []
    for window_s in sorted({step_s, *(w for w in WINDOWS_S if w > step_s and w % step_s == 0)}):
        taken = busy if window_s < HOUR_S else counts
        row = dispersion(in_windows(taken, window_s // step_s), window_s)
        found += [] if row is None else [row]
    return tuple(found)


def _busy(counts: Floats, step_s: int) -> NDArray[np.bool_]:
    """Whether each step lies in a busy hour, counted from the first."""
    hour = np.arange(counts.size) * step_s // HOUR_S
    known = ~np.isnan(counts)
    total = np.bincount(hour, weights=np.where(known, counts, 0.0))
    rate = total / np.maximum(np.bincount(hour, weights=known), 1.0)
    busy: NDArray[np.bool_] = (rate >= BUSY_SHARE * rate.max())[hour]
    return busy
