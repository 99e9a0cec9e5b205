"""The reference pages say what the models hold: every key, column and option, and nothing that is gone."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from pydantic import BaseModel

from optimizer import api
from optimizer.domain import plan as plan_records
from optimizer.inputs import (
    catalog_tables,
    meanings,
    plan_inputs,
    running_file,
    schema,
    schema_asked,
    schema_options,
    schema_purchase,
)
from optimizer.inputs.demand_file import demand_columns

ROOT = Path(__file__).resolve().parents[2]
TOOLS, FOLDER = ROOT / "tools", ROOT / "docs" / "reference"
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def written() -> Iterator[Mapping[str, str]]:
    """What the script writes today, by file name."""
    if not TOOLS.is_dir():
        pytest.skip("tools/ is not part of this distribution")
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(TOOLS))
    from build_reference import pages

    yield pages()
    patch.undo()
    for name in [name for name in sys.modules if name.split(".")[0] in ("reference", "build_reference")]:
        del sys.modules[name]


def test_the_pages_are_what_the_script_writes(written: Mapping[str, str]):
    """A key, column or option that changed without `make reference` is noticed, and so is an edit by hand."""
    stale = [name for name, text in written.items() if (FOLDER / name).read_text(encoding="utf-8") != text]
    assert not stale, f"run `make reference`: {', '.join(stale)}"
    assert {file.name for file in FOLDER.glob("*.md")} == set(written)


def _models(module: ModuleType) -> Iterator[type[BaseModel]]:
    for item in vars(module).values():
        if isinstance(item, type) and issubclass(item, BaseModel) and item.model_fields:
            yield item


def _keys(kind: str) -> dict[str, set[str]]:
    """Names of all keys by the record that holds them."""
    found: dict[str, set[str]] = {}
    if kind == "scenario":
        for model in (*_models(schema), *_models(schema_purchase)):
            found[model.__name__] = set(model.model_fields)
    elif kind == "options":
        homes = (schema_options.__name__, schema_asked.__name__)
        found = {m.__name__: set(m.model_fields) for m in _models(schema_options) if m.__module__ in homes}
    elif kind == "catalog":
        provenance = set(meanings.PROVENANCE_MEANINGS)
        for spec in catalog_tables.TABLES:
            names = {column.name for column in spec.columns}
            found[spec.file] = names - provenance if provenance <= names else names
    elif kind == "plan":
        found = {k: set(get_type_hints(v)) for k, v in vars(plan_records).items() if is_dataclass(v)}
    else:
        found = {k: set(get_type_hints(v)) for k, v in vars(plan_inputs).items() if k.startswith("Plan")}
    return found


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("scenario", {**meanings.SCENARIO_MEANINGS, **meanings.BUYING_MEANINGS}),
        ("options", meanings.OPTIONS_MEANINGS),
        ("catalog", meanings.CATALOG_MEANINGS),
        ("plan", meanings.PLAN_MEANINGS),
        ("inputs", meanings.PLAN_INPUTS_MEANINGS),
    ],
)
def test_every_key_has_a_meaning_and_every_meaning_a_key(kind: str, table: Mapping[str, Mapping[str, Any]]):
    """A key without a sentence would stand bare on the page; a sentence without a key would speak of what is gone."""
    assert {name: set(rows) for name, rows in table.items()} == _keys(kind)


def test_files_beside_a_scenario_are_explained_column_by_column():
    """The columns of demand and running files are those that their readers know."""
    assert set(meanings.DEMAND_FILE_MEANINGS) == {column.name for column in demand_columns("high")}
    assert set(meanings.RUNNING_FILE_MEANINGS) == {column.name for column in running_file.COLUMNS}


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda page: page.name)
def test_links_within_a_page_lead_to_a_heading(page: Path):
    """Every mapping named in a table can be jumped to."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert len(anchors) == len(headings)
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors


def test_the_inputs_of_a_plan_have_the_keys_that_are_explained():
    """What a plan repeats of scenario and catalog has a row on the page, and each row is there."""
    inputs = api.plan(api.load_scenario("single-service")).inputs
    assert set(_unlike(inputs, plan_inputs.PlanInputs, "inputs")) == set()


def _unlike(value: Any, kind: Any, path: str) -> Iterator[str]:
    """Paths at which a document and its declared shape have different keys."""
    arguments = get_args(kind)
    if is_typeddict(kind):
        hints = get_type_hints(kind)
        yield from (f"{path}.{key}" for key in hints.keys() ^ value.keys())
        for key in hints.keys() & value.keys():
            yield from _unlike(value[key], hints[key], f"{path}.{key}")
    elif get_origin(kind) is dict:
        for key, item in value.items():
            yield from _unlike(item, arguments[1], f"{path}.{key}")
    elif get_origin(kind) is list:
        for index, item in enumerate(value):
            yield from _unlike(item, arguments[0], f"{path}[{index}]")
