"""``plan-json.md``: every key of a plan file."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from optimizer.domain.plan import CATEGORIES, Plan
from optimizer.inputs.meanings import PLAN_INPUTS_MEANINGS, PLAN_MEANINGS
from optimizer.inputs.plan_inputs import PlanInputs
from reference.words import anchor, joined, table, unit_of

INTRO = """\
# Keys of plan.json

`fleetopt plan SCENARIO -o plan.json` writes a plan as JSON, in the format `fleetopt/plan/1`. Its keys keep their names;
later versions add keys. A series `_by_period` has one value for each entry of `periods`. Money is in
`objective.currency` and not rounded: `cost.lines` add up to `objective.total`, and price x expected count x hours over
`fleet` adds up to the category `compute`.
"""
CATEGORY_LIST = "Categories of the bill, a closed set: " + joined(f"`{name}`" for name in CATEGORIES) + ".\n"
SCALARS = {str: "text", int: "whole number", float: "number", bool: "true or false", Any: "anything"}
#: Keys whose record the reader knows, though the plan holds plain data there.
SHAPES: dict[tuple[type, str], Any] = {(Plan, "inputs"): PlanInputs}


def plan_page() -> str:
    """Return the page."""
    parts = [INTRO, *_sections(Plan, ""), CATEGORY_LIST, *_sections(PlanInputs, "inputs")]
    return "\n".join(parts)


def _sections(root: type, path: str) -> Iterator[str]:
    found: dict[type, str] = {}
    _collect(root, path, found)
    known = {**found, PlanInputs: "inputs"}
    for record, where in found.items():
        texts = {**PLAN_MEANINGS, **PLAN_INPUTS_MEANINGS}[record.__name__]
        rows = [
            (f"`{name}`", joined([_kind(SHAPES.get((record, name), hint), known), unit_of(name)]), texts[name])
            for name, hint in _hints(record).items()
        ]
        about = (record.__doc__ or "").split("\n\n", maxsplit=1)[0].replace("``", "`").replace("\n", " ")
        heading = f"`{where}`" if where else "The whole file"
        yield f"## {heading}\n\n{about}\n\n" + table(("key", "holds", "meaning"), rows)


def _hints(record: type) -> Mapping[str, Any]:
    hints = get_type_hints(record)
    if is_typeddict(record):
        return hints
    return {field.name: hints[field.name] for field in dataclasses.fields(record)}


def _collect(record: type, path: str, found: dict[type, str]) -> None:
    if record in found:
        return
    found[record] = path
    for name, hint in _hints(record).items():
        for inner, tail in _records_in(hint, ""):
            _collect(inner, f"{path}.{name}{tail}".lstrip("."), found)


def _records_in(hint: Any, tail: str) -> Iterator[tuple[type, str]]:  # noqa: ANN401
    if dataclasses.is_dataclass(hint) or is_typeddict(hint):
        yield hint, tail
        return
    arguments = [item for item in get_args(hint) if item not in (Ellipsis, type(None))]
    if _is_mapping(hint):
        yield from _records_in(arguments[1], f"{tail}.<name>")
    elif get_origin(hint) in (tuple, list):
        yield from _records_in(arguments[0], f"{tail}[]")
    elif get_origin(hint) in (Union, types.UnionType):
        for argument in arguments:
            yield from _records_in(argument, tail)


def _is_mapping(hint: Any) -> bool:  # noqa: ANN401
    origin = get_origin(hint)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _kind(hint: Any, found: dict[type, str]) -> str:  # noqa: ANN401
    if hint in SCALARS:
        return SCALARS[hint]
    if hint in found:
        return f"[record]({anchor(found[hint])})"
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " · ".join(f"`{word}`" for word in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join("null" if item is type(None) else _kind(item, found) for item in arguments)
    if _is_mapping(hint):
        return f"mapping of {_kind(arguments[1], found)}"
    return f"list of {_kind(arguments[0], found)}"
