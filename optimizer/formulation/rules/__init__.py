"""One rule a module. A further rule is such a module, its line here, its twin in the second reading, and its tests."""

from optimizer.formulation.rule import Rule
from optimizer.formulation.rules import (
    accelerator_memory,
    autoscaling,
    capacity,
    egress_tiers,
    every_origin_served,
    headroom,
    host_memory,
    latency,
    locations,
    offered,
    one_pool_per_location,
    service_time_margin,
    utilisation_cap,
    zone_loss,
    zones_sold,
)

#: Every rule by name, in the order in which they act.
RULES: dict[str, Rule] = {
    module.RULE.name: module.RULE
    for module in (
        locations,
        offered,
        zones_sold,
        accelerator_memory,
        host_memory,
        service_time_margin,
        latency,
        utilisation_cap,
        headroom,
        capacity,
        zone_loss,
        autoscaling,
        every_origin_served,
        one_pool_per_location,
        egress_tiers,
    )
}
