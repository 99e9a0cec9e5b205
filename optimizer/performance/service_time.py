"""Service times by batch size in requests, from a curve measured in items."""

from __future__ import annotations

import numpy as np

from optimizer.domain.catalog import ProfileCurve

#: Batch sizes worth trying: powers of two and the steps half-way between them.
_STEPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)


def service_seconds(curve: ProfileCurve, items_per_request: int, margin: float) -> tuple[float, ...]:
    r"""Return the seconds to serve a batch of 1, 2, ... requests, as far as the curve was measured.

    .. math:: s(k) = (1 + margin) \cdot curve(k \cdot items)

    The curve is linear between its points and not defined outside them, so a request below the smallest measured batch
    has no service time at all.

    Parameters
    ----------
    curve
        Service time by batch size in items.
    items_per_request
        Items (candidates, sequences) of one request, at least 1.
    margin
        Share added to every service time.

    Returns
    -------
    tuple of float
        Seconds for 1..k_max requests; empty where one request lies outside the measured batches.
    """
    smallest, largest = curve.batch_items[0], curve.batch_items[-1]
    if items_per_request < smallest or items_per_request > largest:
        return ()
    items = np.arange(1, largest // items_per_request + 1) * items_per_request
    seconds = np.interp(items, curve.batch_items, curve.service_s) * (1.0 + margin)
    return tuple(seconds.tolist())


def batch_grid(largest: int) -> tuple[int, ...]:
    """Return the batch sizes to try, up to and including the largest."""
    return tuple(sorted({step for step in _STEPS if step < largest} | {largest}))
