"""The changes there are, each made for a figure that was found."""

from optimizer.planning.infeasible.on_limits import (
    larger_budget,
    larger_quota,
    larger_site,
    more_carbon,
    more_machines,
    more_power,
    more_types,
    no_limit,
)
from optimizer.planning.infeasible.on_places import (
    charged_rest,
    further_location,
    given_up_pin,
    larger_pin,
    more_options,
    more_residency,
)
from optimizer.planning.infeasible.on_services import (
    WEAKER,
    less_demand,
    longer_latency,
    more_replicas,
    other_basis,
    weaker_redundancy,
)

__all__ = [
    "WEAKER",
    "charged_rest",
    "further_location",
    "given_up_pin",
    "larger_budget",
    "larger_pin",
    "larger_quota",
    "larger_site",
    "less_demand",
    "longer_latency",
    "more_carbon",
    "more_machines",
    "more_options",
    "more_power",
    "more_replicas",
    "more_residency",
    "more_types",
    "no_limit",
    "other_basis",
    "weaker_redundancy",
]
