"""What the keys of a pydantic model hold, in words."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from optimizer.inputs.schema_base import Day, Name, Slug, as_list, auto
from reference.words import anchor, bounds, flow, joined, unit_of

#: Validators that make a special kind of a text.
KINDS = {
    get_args(Day)[1]: "date",
    get_args(Name)[1]: "name",
    get_args(Slug)[1]: "name of a-z, 0-9 and -",
}
SCALARS = {str: "text", int: "whole number", float: "number", bool: "true or false", Any: "any value"}


@dataclass(frozen=True)
class Section:
    """A model, and the paths at which it stands in the document."""

    model: type[BaseModel]
    paths: list[str]

    @property
    def heading(self) -> str:
        """The first path."""
        return self.paths[0]


def sections(root: type[BaseModel]) -> list[Section]:
    """Return every model of a document in the order of its keys, the root first with the path ""."""
    found: dict[type[BaseModel], Section] = {}
    _collect(root, "", found)
    return list(found.values())


def _collect(model: type[BaseModel], path: str, found: dict[type[BaseModel], Section]) -> None:
    if model in found:
        found[model].paths.append(path)
        return
    found[model] = Section(model, [path])
    for name, field in model.model_fields.items():
        for inner, tail in _models_in(field.annotation, ""):
            _collect(inner, f"{path}.{name}{tail}".lstrip("."), found)


def _models_in(annotation: Any, tail: str) -> Iterator[tuple[type[BaseModel], str]]:  # noqa: ANN401
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, tail
        return
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is dict:
        yield from _models_in(arguments[1], f"{tail}.<name>")
    elif origin is list:
        yield from _models_in(arguments[0], f"{tail}[]")
    elif origin is Annotated:
        yield from _models_in(arguments[0], tail)
    elif origin in (Union, types.UnionType):
        for argument in arguments:
            yield from _models_in(argument, tail)


def holds(name: str, field: FieldInfo, headings: dict[type[BaseModel], str]) -> str:
    """Return type, bounds and unit of a key in words."""
    return joined([_kind(field.annotation, field.metadata, headings), unit_of(name)])


def _kind(annotation: Any, metadata: Sequence[Any], headings: dict[type[BaseModel], str]) -> str:  # noqa: ANN401
    before = next((item.func for item in metadata if isinstance(item, BeforeValidator)), None)
    if before is as_list:
        return "text, or a list of texts"
    words = _bare(annotation, metadata, headings)
    if before is auto:
        return f"`auto` or {words}"
    if before is not None and before.__name__ == "_single_demand":
        return f"`low`, `mid`, `high`, or {words}"
    return words


def _bare(annotation: Any, metadata: Sequence[Any], headings: dict[type[BaseModel], str]) -> str:  # noqa: ANN401
    special = next((KINDS[item] for item in metadata if item in KINDS), None)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        words = _kind(arguments[0], [*metadata, *arguments[1:]], headings)
    elif origin in (Union, types.UnionType):
        rest = [item for item in metadata if not isinstance(item, BeforeValidator)]
        words = " or ".join(_kind(item, rest, headings) for item in arguments if item is not type(None))
    elif origin is Literal:
        words = " · ".join(f"`{word}`" for word in arguments)
    elif origin is list:
        words = "list: " + _kind(arguments[0], [], headings)
    elif origin is dict:
        words = f"mapping: {_kind(arguments[0], [], headings)} to {_kind(arguments[1], [], headings)}"
    elif annotation in headings:
        words = f"[mapping]({anchor(headings[annotation])})"
    else:
        words = joined([special or SCALARS[annotation], *_bounds(metadata)])
    return words


def _bounds(metadata: Sequence[Any]) -> list[str]:
    found: dict[type, Any] = {}
    inner = [part for item in metadata if isinstance(item, FieldInfo) for part in item.metadata]
    for item in (*metadata, *inner):
        for kind, attribute in ((Ge, "ge"), (Gt, "gt"), (Le, "le"), (Lt, "lt")):
            if isinstance(item, kind):
                found[kind] = getattr(item, attribute)
    return bounds(found.get(Ge), found.get(Gt), found.get(Le), found.get(Lt))


def default_of(field: FieldInfo) -> str:
    """Return what holds where a key is left out."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=False)
    if any(isinstance(item, BeforeValidator) and item.func is auto for item in field.metadata):
        return "`auto`"
    if field.default_factory is not None:
        return "see there"
    return "none" if value is None or value in ([], {}) else f"`{flow(value)}`"


def example_of(name: str, field: FieldInfo) -> str:
    """Return the key with an example, as a line of YAML."""
    return f"`{name}: {flow(field.examples[0])}`" if field.examples else ""
