"""The handful of functions to use from Python; the commands are a thin reading of them.

Values go in, values come out: nothing here prints, and nothing is kept between calls but simulated capacities in the
user's cache folder.
"""

from optimizer.api.again import load_in_force, replan, replan_weeks
from optimizer.api.cache import cache_folder
from optimizer.api.decisions import (
    compare,
    diff,
    explain,
    overview,
    with_alternatives,
)
from optimizer.api.demand import fit_traffic, forecast
from optimizer.api.one_plan import cost, lose_zone, plan, play_day, replay, verify
from optimizer.api.profiles import fit_profile, profile_curves
from optimizer.api.progress import Progress
from optimizer.api.reading import (
    init,
    load_catalog,
    load_fleet,
    load_options,
    load_plan,
    load_scenario,
    shipped_catalogs,
)
from optimizer.api.trace import replay_trace

__all__ = [
    "Progress",
    "cache_folder",
    "compare",
    "cost",
    "diff",
    "explain",
    "fit_profile",
    "fit_traffic",
    "forecast",
    "init",
    "load_catalog",
    "load_fleet",
    "load_in_force",
    "load_options",
    "load_plan",
    "load_scenario",
    "lose_zone",
    "overview",
    "plan",
    "play_day",
    "profile_curves",
    "replan",
    "replan_weeks",
    "replay",
    "replay_trace",
    "shipped_catalogs",
    "verify",
    "with_alternatives",
]
