"""What a wait of batches is worth: the best capacity over all batch sizes with waits, against the best without.

Random points of the shipped curves: targets of 1.5 to 12 times a lone request, pools of 1 to 32 replicas. Beside the
waits that plans consider stands a wide grid of them. Run ``python benchmarks/waits.py [shared|round_robin] [DRAWS]``; a
point takes 10 to 20 s, and a draw that fits no batch of two is none.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

from optimizer.domain.catalog import Catalog
from optimizer.formulation.waiting import WAIT_SHARES
from optimizer.inputs import load_inputs, shipped_scenarios
from optimizer.performance import OperatingPoint, batch_grid, capacity_per_s, service_seconds

RATIOS = (1.5, 2, 2.5, 3, 4, 5, 6.5, 8, 12)
REPLICAS = (1, 2, 3, 4, 6, 8, 12, 16, 32)
PERCENTILES = (0.99, 0.99, 0.95, 0.999)
#: Waits of the wide grid, as shares of the target, and of the time of a full batch.
OF_TARGET, OF_BATCH = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4), (0.1, 0.25, 0.5, 1.0)
#: Batches that take longer than so many targets are left out.
LONGEST = 3.0
#: Ranges of the ratio of target to a lone request, as printed.
RANGES = ((1.5, 2.0), (2.5, 3.0), (4.0, 5.0), (6.5, 6.5), (8.0, 12.0))
#: A gain up to this share is the noise of the sample.
WORTH_A_WORD = 0.005


def waits(full_s: float, target_s: float) -> Iterator[tuple[str, float]]:
    """Yield every wait that is tried, with the group it belongs to."""
    yield "none", 0.0
    for share in WAIT_SHARES:
        yield "considered", share * full_s
    for share in OF_TARGET:
        yield "wide", share * target_s
    for share in OF_BATCH:
        yield "wide", share * full_s


def gains(catalog: Catalog, dispatch: str, draws: int) -> Iterator[tuple[float, float, float]]:
    """Yield ratio of target to lone request, and what the waits considered and all waits gain, as shares."""
    rng = random.Random(1)
    for _ in range(draws):
        curve, items = rng.choice(catalog.profiles), rng.choice((1, 1, 4, 16))
        times = service_seconds(curve, items, curve.error_band)
        if len(times) < 2:
            continue
        ratio, replicas, percentile = rng.choice(RATIOS), rng.choice(REPLICAS), rng.choice(PERCENTILES)
        target_s = ratio * times[0]
        best = {"none": 0.0, "considered": 0.0, "wide": 0.0}
        for batch in batch_grid(len(times)):
            if times[batch - 1] > LONGEST * target_s:
                break
            for group, wait_s in waits(times[batch - 1], target_s) if batch > 1 else [("none", 0.0)]:
                point = OperatingPoint(times[:batch], wait_s, target_s, percentile, dispatch)
                best[group] = max(best[group], capacity_per_s(point, replicas, seed=0))
        considered = max(best["none"], best["considered"])
        yield ratio, considered / best["none"] - 1.0, max(considered, best["wide"]) / best["none"] - 1.0


def main() -> None:
    """Print a line for each range of targets."""
    dispatch = sys.argv[1] if len(sys.argv) > 1 else "shared"
    draws = int(sys.argv[2]) if len(sys.argv) > 2 else 150
    found = list(gains(load_inputs(shipped_scenarios()["shop-search"]).catalog, dispatch, draws))
    print(f"{dispatch}: capacity gained by waits, over no wait")
    print("target/lone  points  > 0.5 %  considered: mean  largest   wide grid: mean  largest")
    for low, high in RANGES:
        rows = [(mine, best) for ratio, mine, best in found if low <= ratio <= high]
        if rows:
            mine, best = zip(*rows, strict=True)
            worth = sum(gain > WORTH_A_WORD for gain in best)
            means = sum(mine) / len(mine), sum(best) / len(best)
            print(
                f"{low:4g} to {high:3g}  {len(rows):6}  {worth:7}  {means[0]:16.1%} {max(mine):8.1%}"
                f"  {means[1]:15.1%} {max(best):8.1%}"
            )


if __name__ == "__main__":
    main()
