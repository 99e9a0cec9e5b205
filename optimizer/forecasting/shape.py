"""What coarse counts do not say: the hours of a day, and the busiest five minutes of an hour. Both are assumptions."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from optimizer.forecasting.models import Floats
from optimizer.inputs.history_times import HOUR_S, SHORTEST_STEP_S

#: Busiest five minutes over the mean of the hour, as the shipped scenarios have it: a band, not measured.
HOURLY_PEAK = {"low": 1.05, "mid": 1.12, "high": 1.3}
#: Rate of an hour over the mean of its day, in thousandths, from 0 to 23 o'clock. A weighted blend of orders of a UK
#: web shop (UCI Online Retail, Chen et al. 2012, CC BY 4.0), New York taxi rides and tweets that name a shop (Numenta
#: Anomaly Benchmark, MIT): the shape that the shipped scenarios are built from.
_WORKDAY = (
    584, 425, 323, 292, 291, 341, 507, 739, 1049, 1337, 1506, 1490,
    1764, 1650, 1626, 1516, 1208, 1146, 1095, 1140, 1085, 1045, 980, 862,
)  # fmt: skip
_WEEKEND = (
    876, 767, 654, 629, 577, 528, 518, 666, 816, 910, 1283, 1520,
    1662, 1501, 1427, 1470, 1115, 1030, 1026, 1056, 1042, 1035, 977, 916,
)  # fmt: skip


def day_shape(*, weekend: bool) -> Floats:
    """Return the rate of each hour over the mean of its day, shape (24,), mean 1."""
    shape = np.array(_WEEKEND if weekend else _WORKDAY, dtype=float)
    shaped: Floats = shape / shape.mean()
    return shaped


def stated_peak_ratio(step_s: int) -> Mapping[str, float]:
    """Return the assumed ratio of the busiest five minutes to the busiest step of an hour.

    It is 1 where steps are five minutes; from there to an hour its excess grows with the logarithm of the step.
    """
    share = math.log(min(step_s, HOUR_S) / SHORTEST_STEP_S) / math.log(HOUR_S / SHORTEST_STEP_S)
    return {name: 1.0 + (ratio - 1.0) * share for name, ratio in HOURLY_PEAK.items()}
