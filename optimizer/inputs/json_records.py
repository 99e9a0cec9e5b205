"""From JSON to frozen records by their type annotations, every misfit located by its path."""

from __future__ import annotations

import dataclasses
import json
import math
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from optimizer.inputs.document import Path, dotted
from optimizer.inputs.faults import Faults
from optimizer.inputs.wording import did_you_mean, show
from optimizer.inputs.yaml_scalars import LONGEST_WHOLE

#: Stands for a value that could not be read; its fault is noted.
BROKEN: Any = object()


def parse_json(text: str, file: str, faults: Faults) -> object:
    """Return a JSON document; `BROKEN`, and a fault, where it cannot be read. NaN and Infinity become floats."""

    def mapping(pairs: list[tuple[str, object]]) -> dict[str, object]:
        keys = [key for key, _ in pairs]
        for key in sorted({key for key in keys if keys.count(key) > 1} if len(set(keys)) < len(keys) else ()):
            faults.add(file, f"a mapping has the key {key} twice", "Write the file again.", "duplicate-key")
        return dict(pairs)

    def whole(digits: str) -> int | float:
        return int(digits) if len(digits) <= LONGEST_WHOLE else float(digits)

    try:
        return json.loads(text, object_pairs_hook=mapping, parse_int=whole)
    except json.JSONDecodeError as error:
        faults.add(f"{file}:{error.lineno}", f"not valid JSON ({error.msg})", "Write the file again.", "json-syntax")
    except RecursionError:
        faults.add(file, "is nested too deep", "Write the file again.", "too-deep")
    return BROKEN


class JsonReader:
    """Reads values of one file.

    Parameters
    ----------
    file
        Its name, as faults give it.
    shapes
        Types that stand in for fields declared only as a mapping, by path.
    """

    def __init__(self, file: str, faults: Faults, shapes: Mapping[Path, Any] | None = None) -> None:
        self._file, self._faults, self._shapes = file, faults, shapes or {}

    def tell(self, path: Path, what: str, mend: str, code: str) -> Any:  # noqa: ANN401  stands in for any value
        """Note a fault at a path and return `BROKEN`."""
        place = f"{self._file} {dotted(path)}" if path else self._file
        self._faults.add_unless_told(place, what, mend, code)
        return BROKEN

    def read(self, value: object, kind: Any, path: Path = ()) -> Any:  # noqa: ANN401  what `kind` says
        """Return `value` as `kind`: a scalar, ``X | None``, tuple, list, mapping, TypedDict or frozen record."""
        kind = self._shapes.get(path, kind)
        if kind is Any:
            return self._anything(value, path)
        if isinstance(kind, type):
            is_scalar = kind in (str, int, float, bool)
            return self._scalar(value, kind, path) if is_scalar else self._record(value, kind, path)
        return self._generic(value, get_origin(kind), get_args(kind), path)

    def _generic(self, value: object, origin: Any, arguments: tuple[Any, ...], path: Path) -> Any:  # noqa: ANN401
        if origin in (Union, types.UnionType):
            inner = next(argument for argument in arguments if argument is not type(None))
            return None if value is None else self.read(value, inner, path)
        if origin is Literal:
            return self._choice(value, arguments, path)
        if origin in (tuple, list):
            return self._items(value, origin, arguments[0], path)
        return self._mapping(value, arguments[1], path)

    def _misfit(self, path: Path, asked: str, found: object) -> Any:  # noqa: ANN401  stands in for any value
        return self.tell(path, f"must be {asked} (found {show(found)})", "Make the plan again.", "wrong-type")

    def _scalar(self, value: object, kind: type, path: Path) -> Any:  # noqa: ANN401  what `kind` says
        if isinstance(value, bool) and kind is not bool:
            return self._misfit(path, "text" if kind is str else "a number", value)
        if kind is float and isinstance(value, int | float):
            return float(value) if math.isfinite(value) else self._misfit(path, "a finite number", value)
        if isinstance(value, kind):
            return value
        asked = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}[kind]
        return self._misfit(path, asked, value)

    def _choice(self, value: object, words: tuple[object, ...], path: Path) -> Any:  # noqa: ANN401  one of `words`
        if isinstance(value, str) and value in words:
            return value
        mend = did_you_mean(str(value), map(str, words), "values")
        what = f"must be one of {', '.join(map(str, words))} (found {show(value)})"
        return self.tell(path, what, mend, "not-a-choice")

    def _items(self, value: object, sequence: type, inner: Any, path: Path) -> Any:  # noqa: ANN401  tuple or list
        if not isinstance(value, list):
            return self._misfit(path, "a list", value)
        return sequence(self.read(item, inner, (*path, index)) for index, item in enumerate(value))

    def _mapping(self, value: object, inner: Any, path: Path) -> Any:  # noqa: ANN401  dict[str, inner]
        if not isinstance(value, dict):
            return self._misfit(path, "a mapping", value)
        return {key: self.read(item, inner, (*path, key)) for key, item in value.items()}

    def _anything(self, value: object, path: Path) -> object:
        if isinstance(value, dict):
            return {key: self._anything(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._anything(item, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, float) and not math.isfinite(value):
            return self._misfit(path, "a finite number", value)
        return value

    def _record(self, value: object, kind: Any, path: Path) -> Any:  # noqa: ANN401  a `kind`
        if not isinstance(value, dict):
            return self._misfit(path, "a mapping", value)
        hints, optional = _keys_of(kind)
        is_shape = not dataclasses.is_dataclass(kind)
        for key in sorted(value.keys() - hints.keys()) if not is_shape else ():
            self.tell((*path, key), "unknown key", did_you_mean(key, hints, "keys"), "unknown-key")
        for key in sorted(hints.keys() - value.keys() - optional):
            self.tell((*path, key), "is missing", "Make the plan again.", "missing")
        read = {key: self.read(value[key], hint, (*path, key)) for key, hint in hints.items() if key in value}
        if is_shape:
            return value
        complete = hints.keys() - optional <= read.keys() and not any(item is BROKEN for item in read.values())
        return kind(**read) if complete else BROKEN


@cache
def _keys_of(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:  # noqa: ANN401  a record or TypedDict
    """Return the keys of a record with their types, and those that have a default."""
    if not dataclasses.is_dataclass(kind):
        return get_type_hints(kind), frozenset()
    fields = dataclasses.fields(kind)
    optional = frozenset(field.name for field in fields if field.default is not dataclasses.MISSING)
    return get_type_hints(kind), optional
