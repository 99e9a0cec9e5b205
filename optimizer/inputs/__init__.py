"""Readers: files to records, every fault reported at once."""

from optimizer.inputs.catalog import load_catalog
from optimizer.inputs.first_files import write_first
from optimizer.inputs.fleet import is_fleet_file, is_plan_file, load_fleet, refuse_no_fleet
from optimizer.inputs.item import item_of
from optimizer.inputs.options_file import Asking, OptionInputs, OptionSet, load_options
from optimizer.inputs.plan_file import read_plan, refuse_other_scenario
from optimizer.inputs.plan_sums import refuse_wrong_sums
from optimizer.inputs.scenario import Inputs, load_inputs
from optimizer.inputs.shipped import shipped_catalogs, shipped_scenarios

__all__ = [
    "Asking",
    "Inputs",
    "OptionInputs",
    "OptionSet",
    "is_fleet_file",
    "is_plan_file",
    "item_of",
    "load_catalog",
    "load_fleet",
    "load_inputs",
    "load_options",
    "read_plan",
    "refuse_no_fleet",
    "refuse_other_scenario",
    "refuse_wrong_sums",
    "shipped_catalogs",
    "shipped_scenarios",
    "write_first",
]
