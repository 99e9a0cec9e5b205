"""How slow a published service time may turn out to be."""

from __future__ import annotations

from optimizer.domain.catalog import ProfileCurve
from optimizer.domain.scenario import PlanOn
from optimizer.formulation.rule import Relaxation, Rule

#: A scaled curve is an estimate too: nobody measured it there.
ESTIMATED = ("estimated", "scaled")


def service_time_margin(curve: ProfileCurve, plan_on: PlanOn, *, on: bool = True) -> float | None:
    """Return the share added to every service time, or None where the curve may not be used at all.

    ``cautious`` plans at the slow end of the curve's own error band, ``central`` on the curve itself, and
    ``measured_only`` on the curve itself where it was measured or fitted.
    """
    if plan_on == "measured_only" and curve.source.basis in ESTIMATED and on:
        return None
    return curve.error_band if plan_on == "cautious" and on else 0.0


RULE = Rule(
    name="service_time_margin",
    place="filter",
    meaning="Service times are taken at the slow end of their error band (cautious), or only where measured.",
    relaxation=Relaxation("plan on central service times", "share", 3.0),
    apply=service_time_margin,
)
