"""Instances of an hour are paid a little earlier: they must run when it begins."""

from __future__ import annotations

from optimizer.formulation.rule import Relaxation, Rule
from optimizer.formulation.timeline import timeline_of

RULE = Rule(
    name="scale_up_lead",
    place="rows",
    meaning="Instances of an hour are paid from their start, the lead time before the hour begins.",
    relaxation=Relaxation("none: a price, not a limit", "", 1e9),
    apply=timeline_of,
)
