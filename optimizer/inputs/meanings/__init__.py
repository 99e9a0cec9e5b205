"""What each key and column means, in one sentence: the reference pages are written from these tables.

A test holds them to the models: every key has its sentence, and no sentence is left without its key.
"""

from optimizer.inputs.meanings.catalog import (
    CATALOG_MEANINGS,
    DEMAND_FILE_MEANINGS,
    PROVENANCE_MEANINGS,
    RUNNING_FILE_MEANINGS,
)
from optimizer.inputs.meanings.options import OPTIONS_MEANINGS
from optimizer.inputs.meanings.plan import PLAN_MEANINGS
from optimizer.inputs.meanings.plan_inputs import PLAN_INPUTS_MEANINGS
from optimizer.inputs.meanings.scenario import SCENARIO_MEANINGS
from optimizer.inputs.meanings.scenario_buying import BUYING_MEANINGS

__all__ = [
    "BUYING_MEANINGS",
    "CATALOG_MEANINGS",
    "DEMAND_FILE_MEANINGS",
    "OPTIONS_MEANINGS",
    "PLAN_INPUTS_MEANINGS",
    "PLAN_MEANINGS",
    "PROVENANCE_MEANINGS",
    "RUNNING_FILE_MEANINGS",
    "SCENARIO_MEANINGS",
]
