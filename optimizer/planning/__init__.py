"""From scenario to verified plan."""

from optimizer.planning.planner import DEFAULT_GAP, plan_scenario

__all__ = ["DEFAULT_GAP", "plan_scenario"]
