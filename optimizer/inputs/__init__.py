"""Readers: files to records, every fault reported at once."""

from optimizer.inputs.catalog import load_catalog
from optimizer.inputs.first_files import write_first
from optimizer.inputs.plan_file import read_plan
from optimizer.inputs.scenario import Inputs, load_inputs
from optimizer.inputs.shipped import shipped_catalogs, shipped_scenarios

__all__ = ["Inputs", "load_catalog", "load_inputs", "read_plan", "shipped_catalogs", "shipped_scenarios", "write_first"]
