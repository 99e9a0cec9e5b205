"""What a pool of replicas can carry within its latency target, by simulation."""

from optimizer.performance.capacity import Estimate, capacity_per_s, percentiles_at
from optimizer.performance.kernel import sojourns
from optimizer.performance.point import (
    SAMPLING_DERATE,
    SHARED,
    UTILISATION_CAP,
    OperatingPoint,
    limit_of,
    optimistic_capacity,
    optimistic_rate_per_s,
)
from optimizer.performance.scatter import least_seconds, slowest_of_one
from optimizer.performance.service_time import batch_grid, service_seconds
from optimizer.performance.store import CapacityStore, get_ready

__all__ = [
    "SAMPLING_DERATE",
    "SHARED",
    "UTILISATION_CAP",
    "CapacityStore",
    "Estimate",
    "OperatingPoint",
    "batch_grid",
    "capacity_per_s",
    "get_ready",
    "least_seconds",
    "limit_of",
    "optimistic_capacity",
    "optimistic_rate_per_s",
    "percentiles_at",
    "service_seconds",
    "slowest_of_one",
    "sojourns",
]
