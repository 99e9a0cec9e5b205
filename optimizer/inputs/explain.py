"""From the schema's validation errors to faults a planner can mend."""

from __future__ import annotations

import math
import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from optimizer.inputs.document import Node, Path, missing_mend, place_of
from optimizer.inputs.faults import Faults
from optimizer.inputs.schema import OWN_ERROR
from optimizer.inputs.wording import did_you_mean, number_mend, show

Model = TypeVar("Model", bound=BaseModel)
#: Pydantic marks errors of a mapping's key, in contrast to its value, by this last part of the path.
KEY_MARK = "[key]"

#: Error type: (what is asked, code); ``{gt}`` and the like come from the error's context.
_ASKED = {
    "missing": ("is missing", "missing"),
    "float_type": ("must be a number", "wrong-type"),
    "int_type": ("must be a whole number", "wrong-type"),
    "string_type": ("must be text", "wrong-type"),
    "list_type": ("must be a list", "wrong-type"),
    "dict_type": ("must be a mapping", "wrong-type"),
    "model_type": ("must be a mapping", "wrong-type"),
    "greater_than": ("must be above {gt:.12g}", "out-of-range"),
    "greater_than_equal": ("must be at least {ge:.12g}", "out-of-range"),
    "less_than": ("must be below {lt:.12g}", "out-of-range"),
    "less_than_equal": ("must be at most {le:.12g}", "out-of-range"),
    "finite_number": ("must be finite", "out-of-range"),
    "bool_type": ("must be true or false", "wrong-type"),
    "bool_parsing": ("must be true or false", "wrong-type"),
    "literal_error": ("must be {expected}", "not-a-choice"),
    "too_short": ("must have at least {min_length} entry", "empty"),
    "too_long": ("must have at most {max_length} entries", "out-of-range"),
    "string_too_short": ("must not be empty", "empty"),
    "string_pattern_mismatch": ("is not written as it should be", "not-a-choice"),
}


def validate(model: type[Model], root: Node, faults: Faults) -> Model | None:
    """Return a document as its model; None, and faults with file, line, path and mend, if it does not fit."""
    try:
        return model.model_validate(root.plain())
    except ValidationError as error:
        for item in error.errors(include_url=False):
            _tell(item, model, root, faults)
        return None


def valid_or_none(model: type[Model], plain: object) -> Model | None:
    """Return a part of a document as its model, None where it has faults (told elsewhere)."""
    try:
        return model.model_validate(plain)
    except ValidationError:
        return None


def _tell(item: Mapping[str, Any], model: type[BaseModel], root: Node, faults: Faults) -> None:
    path: Path = tuple(part for part in item["loc"] if part != KEY_MARK)
    what, mend, code = _fault_of(item, path, model)
    if item["type"] == "missing":
        mend = missing_mend(root, path, mend)
    faults.add_unless_told(place_of(root, path), what, mend, code)


def _fault_of(item: Mapping[str, Any], path: Path, model: type[BaseModel]) -> tuple[str, str, str]:
    kind, found, context = item["type"], item.get("input"), item.get("ctx", {})
    if kind == OWN_ERROR:
        return context["what"], context["mend"], context["code"]
    if kind == "extra_forbidden" or item["loc"][-1:] == (KEY_MARK,):
        return "unknown key", did_you_mean(str(path[-1]), _keys_at(model, path[:-1]), "keys"), "unknown-key"
    if kind == "int_type" and isinstance(found, float) and (bound := _broken_bound(model, path, found)):
        kind, context = bound
    asked, code = _ASKED.get(kind, (str(item["msg"]), "invalid"))
    what = asked.format(**context).replace("'", "")
    example = _example_mend(model, path)
    if kind == "too_long":
        most, there = context["max_length"], context["actual_length"]
        return f"{what} (found {there})", f"Leave out {there - most} of them.", code
    if kind == "missing":
        return what, example.replace("Write for example", "Add for example"), code
    return f"{what} (found {show(found)})", _mend_of(kind, found, context, example), code


def _mend_of(kind: str, found: object, context: Mapping[str, Any], example: str) -> str:
    """Return what to write instead of the value found, an example of the key where nothing closer is known."""
    if kind in ("float_type", "int_type") and isinstance(found, str):
        return number_mend(found, whole=kind == "int_type")
    if kind == "int_type" and isinstance(found, float):
        return f"Write {round(found)}."
    if kind == "string_type" and isinstance(found, int | float):
        return f'Put it in quotes, "{show(found)}".'
    if kind == "literal_error" and isinstance(found, str):
        words = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return did_you_mean(found, words, "values")
    return example


def _broken_bound(model: type[BaseModel], path: Path, found: float) -> tuple[str, dict[str, float]] | None:
    """Return the bound of a whole number that one written as a decimal breaks: written otherwise it would not do."""
    if not math.isfinite(found):
        return "finite_number", {}
    declared = _field_at(model, path)
    for bound in () if declared is None else declared[1].metadata:
        if found < getattr(bound, "ge", -math.inf):
            return "greater_than_equal", {"ge": bound.ge}
        if found > getattr(bound, "le", math.inf):
            return "less_than_equal", {"le": bound.le}
    return None


def _example_mend(model: type[BaseModel], path: Path) -> str:
    found = _field_at(model, path)
    if found is None or not found[1].examples:
        return "Write a mapping of keys and values."
    return f"Write for example {found[0]}: {_flow(found[1].examples[0])}."


def _flow(value: object) -> str:
    """Return an example as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _field_at(model: type[BaseModel], path: Sequence[str | int]) -> tuple[str, FieldInfo] | None:
    """Return the innermost declared key on a path, with its name."""
    current: Any = model
    found = None
    for part in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(part))
            if field is None:
                break
            found, current = (str(part), field), bare_type(field.annotation)
        else:
            current = _type_inside(current)
    return found


def _keys_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the keys a mapping at a path may have."""
    current: Any = model
    for part in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(part))
            current = bare_type(field.annotation) if field is not None else None
        else:
            current = _type_inside(current)
    if isinstance(current, type) and issubclass(current, BaseModel):
        return list(current.model_fields)
    return [str(word) for word in get_args(get_args(current)[0])] if get_origin(current) is dict else []


def bare_type(annotation: Any) -> Any:  # noqa: ANN401  any annotation
    """Return an annotation without ``Annotated`` and ``| None``."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType):
            annotation = next(arg for arg in get_args(annotation) if arg is not type(None))
        else:
            return annotation


def _type_inside(annotation: Any) -> Any:  # noqa: ANN401  any annotation
    """Return the type of the values of a dict or of the items of a list."""
    arguments = get_args(annotation)
    return bare_type(arguments[-1]) if arguments else None
