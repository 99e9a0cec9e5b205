"""A walk over the schema: each key with at least one wrong value, each fault at the right file, line and path."""

from __future__ import annotations

import copy
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from optimizer.inputs import load_catalog, load_inputs
from optimizer.inputs.schema import CatalogKeys, PageLatencyKeys, PipelineKeys, ScenarioKeys, StageKeys
from tests.support.in_part import one_in
from tests.unit.inputs.small_files import (
    CATALOG_KEYS,
    Document,
    Raw,
    dump,
    faults_of,
    small_scenario,
    write_catalog,
    write_small,
)

Path_ = tuple[str, ...]
#: Value that no key takes, by what it is.
JUNK = {"text": "no such word", "number": 5, "list": [[1]], "mapping": {"no-such-key": 1}}


def unwrap(annotation: Any) -> tuple[Any, list[Any]]:
    """Return an annotation's bare type and the bounds it carries."""
    bounds: list[Any] = []
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *extra = get_args(annotation)
            for item in extra:
                bounds += item.metadata if isinstance(item, FieldInfo) else [item]
        elif get_origin(annotation) in (Union, types.UnionType):
            annotation = next(arg for arg in get_args(annotation) if arg is not type(None))
        else:
            return annotation, bounds


def keys_of(model: type[BaseModel], value: Document, path: Path_ = ()) -> Iterator[tuple[Path_, Any, list[Any]]]:
    """Yield path, bare type and bounds of each key of a document, entries of mappings included."""
    for name, field in model.model_fields.items():
        if name in value:
            kind, bounds = unwrap(field.annotation)
            yield from inside((*path, name), kind, bounds + field.metadata, value[name])


def inside(path: Path_, kind: Any, bounds: list[Any], value: Any) -> Iterator[tuple[Path_, Any, list[Any]]]:
    """Yield a key and all that is below it."""
    yield path, kind, bounds
    if isinstance(kind, type) and issubclass(kind, BaseModel) and isinstance(value, dict):
        yield from keys_of(kind, value, path)
    elif get_origin(kind) is dict:
        entry, entry_bounds = unwrap(get_args(kind)[1])
        for name, item in value.items():
            yield from inside((*path, name), entry, entry_bounds, item)


def declared(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield (model, key) of every key of the schema."""
    for name, field in model.model_fields.items():
        yield model.__name__, name
        kind, _ = unwrap(field.annotation)
        while get_origin(kind) in (dict, list):
            kind, _ = unwrap(get_args(kind)[-1])
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from declared(kind)


def wrong_values(kind: Any, bounds: list[Any]) -> list[Any]:
    """Return values that a key of this type and these bounds must refuse."""
    if kind in (float, int):
        wrong = [JUNK["text"], JUNK["list"], JUNK["mapping"], True, Raw(".nan"), Raw("-.inf"), Raw("012"), Raw("1_000")]
        return wrong + [1.5] * (kind is int) + [value for bound in bounds for value in beyond(bound)]
    if kind is str:
        return [JUNK["number"], JUNK["list"], JUNK["mapping"], True]
    if get_origin(kind) is Literal:
        return list(JUNK.values())
    not_empty = any(hasattr(bound, "min_length") for bound in bounds)
    if get_origin(kind) is list:
        return [JUNK["number"], JUNK["list"], JUNK["mapping"], *[[]] * not_empty]
    return [JUNK["number"], JUNK["list"], *[{}] * not_empty]


def beyond(bound: Any) -> list[float]:
    """Return a number just outside a bound."""
    for name, step in (("gt", 0.0), ("ge", -1.0), ("lt", 0.0), ("le", 1.0)):
        if hasattr(bound, name):
            return [getattr(bound, name) + step]
    return []


def with_value(document: Document, path: Path_, value: Any) -> Document:
    """Return a copy of a document with one value changed."""
    bent = copy.deepcopy(document)
    inner = bent
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return bent


SCENARIO = small_scenario()
KEYS = list(keys_of(ScenarioKeys, SCENARIO))
CASES = [(path, value) for path, kind, bounds in KEYS for value in wrong_values(kind, bounds)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all the wrong scenarios."""
    return write_small(tmp_path_factory.mktemp("walk")).parent


def test_the_walk_reaches_every_key() -> None:
    """Each key of each model is met on the walk: a new key must come into the small scenario."""
    met = {(parent_model(path), path[-1]) for path, _, _ in KEYS}
    assert set(declared(ScenarioKeys)) <= met | {(model, name) for model, names in LISTED.items() for name in names}


#: Keys of the entries of lists, and those of pages, which have tests of their own.
LISTED = {
    "ScenarioKeys": {"pipelines"},
    "PipelineKeys": set(PipelineKeys.model_fields),
    "PageLatencyKeys": set(PageLatencyKeys.model_fields),
    "StageKeys": set(StageKeys.model_fields),
    "RoleKeys": set(SCENARIO["operations"]["people"][0]),
    "PriceRuleKeys": {*SCENARIO["price_rules"][0], "price_per_hour"},
    "MatchKeys": set(SCENARIO["price_rules"][0]["match"]),
    "CommitmentKeys": set(SCENARIO["commitments"][0]),
    "QuotaKeys": {*SCENARIO["limits"]["quotas"][0], "max_vcpu"},
    "PinKeys": set(SCENARIO["pins"][0]),
    "CurrencyRateKeys": set(SCENARIO["currency_rates"][0]),
}


def parent_model(path: Path_) -> str:
    """Return the name of the model that declares the last key of a path, "" for entries of mappings."""
    kind: Any = ScenarioKeys
    for part in path[:-1]:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind, _ = unwrap(kind.model_fields[part].annotation)
        else:
            kind, _ = unwrap(get_args(kind)[1])
    return kind.__name__ if isinstance(kind, type) and issubclass(kind, BaseModel) else ""


@pytest.mark.parametrize(
    ("path", "value"), one_in(7, CASES), ids=lambda item: ".".join(item) if isinstance(item, tuple) else None
)
def test_wrong_values_are_told_at_their_place(folder: Path, path: Path_, value: Any) -> None:
    """Wrong types and values out of bounds: the fault names file, line, path, value found and a mend."""
    text, lines = dump(with_value(SCENARIO, path, value))
    file = folder / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    place = f"{file}:{lines[path]} {'.'.join(path)}"
    told = [fault for fault in faults_of(lambda: load_inputs(file)) if is_at(fault.where, place, file)]
    assert told, f"nothing is told about {place}"
    assert any("found" in fault.what or fault.code in ("unknown-key", "missing") for fault in told), told


def is_at(where: str, place: str, file: Path) -> bool:
    """Whether a fault stands at a key: on its line, or on a line below it, and at its path or below it."""
    file_part, _, path = place.rpartition(" ")
    found_file, _, found_path = where.rpartition(" ")
    line, found_line = int(file_part.removeprefix(f"{file}:")), int(found_file.removeprefix(f"{file}:") or 0)
    if found_path == path:
        return found_line == line
    return found_path.startswith(f"{path}.") and found_line >= line


@pytest.mark.parametrize("path", one_in(3, [(path,) for path, _, _ in KEYS]), ids=".".join)
def test_keys_without_a_value_are_refused(folder: Path, path: Path_) -> None:
    """A key that is left empty is told as such and nothing else is said about it."""
    text, lines = dump(with_value(SCENARIO, path, Raw("")))
    file = folder / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    place = f"{file}:{lines[path]} {'.'.join(path)}"
    told = [fault for fault in faults_of(lambda: load_inputs(file)) if fault.where == place]
    assert [fault.code for fault in told] == ["no-value"]


REQUIRED = [
    ("format",), ("name",), ("catalog",), ("origins",), ("services",), ("origins", "shop", "at"),
    ("services", "search", "profile"), ("services", "search", "latency"), ("services", "search", "demand"),
]  # fmt: skip


@pytest.mark.parametrize("path", REQUIRED, ids=".".join)
def test_missing_keys_are_told_where_they_belong(folder: Path, path: Path_) -> None:
    """A required key that is not there: the line is that of the mapping that lacks it."""
    document = copy.deepcopy(SCENARIO)
    inner = document
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    text, lines = dump(document)
    file = folder / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    place = f"{file}:{lines.get(path[:-1], 1)} {'.'.join(path)}"
    told = [fault for fault in faults_of(lambda: load_inputs(file)) if fault.where == place]
    assert [(fault.what, fault.code) for fault in told] == [("is missing", "missing")]
    assert told[0].mend.startswith(f"Add for example {path[-1]}: ")


MAPPINGS = [(), *(path for path, kind, _ in KEYS if isinstance(kind, type) and issubclass(kind, BaseModel))]


@pytest.mark.parametrize("path", MAPPINGS, ids=".".join)
def test_unknown_keys_are_refused_everywhere(folder: Path, path: Path_) -> None:
    """A key nobody knows, in each mapping of the schema."""
    text, lines = dump(with_value(SCENARIO, (*path, "colour"), "red"))
    file = folder / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    place = f"{file}:{lines[*path, 'colour']} {'.'.join((*path, 'colour'))}"
    told = [fault for fault in faults_of(lambda: load_inputs(file)) if fault.where == place]
    assert [fault.code for fault in told] == ["unknown-key"]
    assert told[0].mend.startswith("Known keys: ")


@pytest.mark.parametrize(
    ("where", "value"), [("role", 5), ("fte", "much"), ("fte", -1), ("cost_per_year", -5), ("wage", 3)]
)
def test_entries_of_lists_are_checked(folder: Path, where: str, value: object) -> None:
    """A wrong key of one of the people is told with its index."""
    people = [{**SCENARIO["operations"]["people"][0], where: value}]
    text, lines = dump(with_value(SCENARIO, ("operations", "people"), people))
    file = folder / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    place = f"{file}:{lines['operations', 'people']} operations.people.0.{where}"
    assert [fault for fault in faults_of(lambda: load_inputs(file)) if fault.where == place]


ENTRIES = [(("price_rules",), "discount_share", value) for value in ("much", -0.1, 1.5)] + [
    (("price_rules",), "price_per_hour", 0.5),  # both prices
    (("price_rules",), "reason", ""),
    (("price_rules",), "match", {"colour": "red"}),
    (("commitments",), "count", -1),
    (("commitments",), "count", 1.5),
    (("commitments",), "until", "2027-02-30"),
    (("commitments",), "price_per_hour", -0.1),
    (("commitments",), "purchase_option", "spot"),
    (("commitments",), "purchase_option", "leased"),
    (("commitments",), "reserved", "yes"),
    (("limits", "quotas"), "max_instances", -1),
    (("limits", "quotas"), "max_vcpu", 5),  # both limits
    (("limits", "quotas"), "match", {"purchase_option": "spot"}),
    (("pins",), "batch_size", 0),
    (("pins",), "min", 500),  # above max
    (("pins",), "service", "a b"),
    (("currency_rates",), "currency", "cny"),
    (("currency_rates",), "rate", 0),
    (("currency_rates",), "as_of", "yesterday"),
    (("currency_rates",), "source", ""),
]


@pytest.mark.parametrize(("path", "key", "value"), ENTRIES)
def test_entries_of_other_lists_are_checked(folder: Path, path: Path_, key: str, value: object) -> None:
    """A wrong key of a price rule, commitment, quota, pin or rate is told with its index."""
    document = SCENARIO
    for part in path:
        document = document[part]
    entries = [{**document[0], key: value}]
    text, lines = dump(with_value(SCENARIO, path, entries))
    file = folder / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    place = f"{file}:{lines[path]} {'.'.join(path)}.0"
    told = [fault.where for fault in faults_of(lambda: load_inputs(file))]
    assert any(where.startswith(place) for where in told), told


def test_every_key_has_an_example_that_is_valid() -> None:
    """Mends quote the example of a key, so each key has one."""
    for model, name in set(declared(ScenarioKeys)) | set(declared(CatalogKeys)):
        assert example_of(model, name), f"{model}.{name} has no example"


def example_of(model: str, name: str) -> list[Any] | None:
    """Return the examples of a key."""
    from optimizer.inputs import schema, schema_purchase

    home = schema if hasattr(schema, model) else schema_purchase
    return getattr(home, model).model_fields[name].examples


ANY_TEXT = ("basis", "description")


@pytest.mark.parametrize(
    ("key", "value"),
    [(key, value) for key in CATALOG_KEYS for value in (5, [1], Raw(""), "&") if value != "&" or key not in ANY_TEXT],
)
def test_wrong_keys_of_a_catalog_are_told(tmp_path: Path, key: str, value: object) -> None:
    """Each key of ``catalog.yaml`` refuses a number, a list, nothing, and (where not any text will do) a stray word."""
    keys = {**CATALOG_KEYS, key: value}
    folder = write_catalog(tmp_path / "c", keys=keys)
    told = faults_of(lambda: load_catalog([str(folder)]))
    assert [fault.where for fault in told] == [f"{folder}/catalog.yaml:{list(keys).index(key) + 1} {key}"]


@pytest.mark.parametrize("key", CATALOG_KEYS)
def test_missing_and_unknown_keys_of_a_catalog(tmp_path: Path, key: str) -> None:
    """Each key of ``catalog.yaml`` is required, and its misspelling gets a hint."""
    keys = {(name + "s" if name == key else name): value for name, value in CATALOG_KEYS.items()}
    folder = write_catalog(tmp_path / "c", keys=keys)
    told = {fault.where: fault for fault in faults_of(lambda: load_catalog([str(folder)]))}
    line = list(keys).index(f"{key}s") + 1
    assert told[f"{folder}/catalog.yaml:1 {key}"].code == "missing"
    assert told[f"{folder}/catalog.yaml:{line} {key}s"].mend == f"Did you mean {key}?"
