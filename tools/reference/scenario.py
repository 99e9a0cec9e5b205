"""``scenario.md``: every key of a scenario file, and the files beside it."""

from __future__ import annotations

from pydantic import BaseModel

from optimizer.inputs.demand_file import demand_columns
from optimizer.inputs.meanings import (
    BUYING_MEANINGS,
    DEMAND_FILE_MEANINGS,
    OPTIONS_MEANINGS,
    RUNNING_FILE_MEANINGS,
    SCENARIO_MEANINGS,
)
from optimizer.inputs.running_file import COLUMNS as RUNNING_COLUMNS
from optimizer.inputs.schema import ScenarioKeys
from reference.columns import column_table
from reference.keys import Section, default_of, example_of, holds, sections
from reference.words import table

INTRO = """\
# Keys of a scenario

A scenario is one YAML file. Keys that are not listed here are refused, and so are values outside their bounds. A key
with a unit carries it in its name; money is in the currency of the first catalog; a share goes from 0 to 1.
`fleetopt check SCENARIO` tells every fault at once; `--set PATH=VALUE` overrides a key for one run.
"""
DEMAND = """\
## The demand file

The CSV file that `services.<name>.demand.file` names: one row for each origin, kind of day and hour. Rates are requests
per second, or units of the series that `calls_per_page` turns into requests. The column of the demand that is carried
(`plan_for.capacity`) must be there, and `low` <= `mid` <= `high`. Origins without a row send nothing.
"""
RUNNING = """\
## The file of today's fleet

The CSV file that `running` names: one row for each kind of instance that runs.
"""


def key_tables(root: type[BaseModel], first_heading: str) -> str:
    """Return one table for each mapping of a document."""
    found = sections(root)
    headings = {section.model: section.heading for section in found}
    return "\n".join(_head(section, first_heading) + _keys(section, headings) for section in found)


def _head(section: Section, first_heading: str) -> str:
    if not section.heading:
        return f"## {first_heading}\n\n"
    also = "".join(f" Also `{path}`." for path in section.paths[1:])
    about = (section.model.__doc__ or "").split("\n\n", maxsplit=1)[0].replace("\n", " ")
    return f"## `{section.heading}`\n\n{about}{also}\n\n"


def _keys(section: Section, headings: dict[type[BaseModel], str]) -> str:
    meanings = {**SCENARIO_MEANINGS, **BUYING_MEANINGS, **OPTIONS_MEANINGS}[section.model.__name__]
    rows = [
        (f"`{name}`", holds(name, field, headings), default_of(field), example_of(name, field), meanings[name])
        for name, field in section.model.model_fields.items()
    ]
    return table(("key", "holds", "default", "example", "meaning"), rows)


def scenario_page() -> str:
    """Return the page."""
    demand = column_table(demand_columns("high"), DEMAND_FILE_MEANINGS)
    running = column_table(RUNNING_COLUMNS, RUNNING_FILE_MEANINGS)
    return "\n".join((INTRO, key_tables(ScenarioKeys, "The whole file"), DEMAND, demand, RUNNING, running))
