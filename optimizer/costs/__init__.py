"""The unit price of everything (`rates`), what travels where (`flows`), and the bill (`bill`).

The objective multiplies these rates by decisions, the bill multiplies them by the plan: a cost that is in one and not
in the other cannot be.
"""

from optimizer.costs.bill import make_bill
from optimizer.costs.flows import Flow, flows_of, tiered_average
from optimizer.costs.power import PowerDraw, busy_instances, carbon_kg
from optimizer.costs.rates import Rates, UnitPrice
from optimizer.costs.uses import Bought, Changed, InstanceUse, RequestVolume

__all__ = [
    "Bought",
    "Changed",
    "Flow",
    "InstanceUse",
    "PowerDraw",
    "Rates",
    "RequestVolume",
    "UnitPrice",
    "busy_instances",
    "carbon_kg",
    "flows_of",
    "make_bill",
    "tiered_average",
]
