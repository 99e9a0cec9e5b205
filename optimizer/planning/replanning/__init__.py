"""Planning again from what runs: what is committed stays, what changes is charged, and the way there is told."""

from optimizer.planning.replanning.actuals import look_back
from optimizer.planning.replanning.flow import replan_scenario
from optimizer.planning.replanning.listed import fleet_as_plan

__all__ = ["fleet_as_plan", "look_back", "replan_scenario"]
