"""``options.md``: every key of a file of options."""

from __future__ import annotations

from optimizer.inputs.schema_options import OptionsKeys
from reference.scenario import key_tables

INTRO = """\
# Keys of a file of options

`fleetopt compare SCENARIO --options FILE` reads it: one YAML file, every key as strict as those of a scenario. Each
option is a label and what it changes; the first one is what the others are compared with. A fault in a value that is
set is told at its line here, under the path it has in the scenario.
"""


def options_page() -> str:
    """Return the page."""
    return f"{INTRO}\n{key_tables(OptionsKeys, 'The whole file')}"
