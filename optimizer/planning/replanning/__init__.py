"""Planning again from what runs: what is committed stays, what changes is charged, and the way there is told."""

from optimizer.planning.replanning.flow import DEFAULT_COST_PER_CHANGE, replan_scenario
from optimizer.planning.replanning.listed import fleet_as_plan

__all__ = ["DEFAULT_COST_PER_CHANGE", "fleet_as_plan", "replan_scenario"]
