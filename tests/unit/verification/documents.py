"""Walking a plan as a document: every place in it, and the plan with one place changed or gone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[Any, ...]
#: Told to `changed` to remove a key of a mapping or an item of a list.
GONE = object()


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every place below a value with what stands there, containers included."""
    for key, inner in _inside(value):
        yield (*path, key), inner
        yield from places(inner, (*path, key))


def _inside(value: Any) -> list[tuple[Any, Any]]:
    if dataclasses.is_dataclass(value):
        return [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, (list, tuple)) else []


def changed(value: Any, path: Path, new: Any) -> Any:
    """Return a copy of a value with another one at a path."""
    if not path:
        return new
    key, rest = path[0], path[1:]
    if dataclasses.is_dataclass(value):
        return dataclasses.replace(value, **{key: changed(getattr(value, key), rest, None if new is GONE else new)})
    if isinstance(value, Mapping):
        copy = dict(value)
        if new is GONE and not rest:
            del copy[key]
        else:
            copy[key] = changed(value[key], rest, new)
        return copy
    items = list(value)
    if new is GONE and not rest:
        del items[key]
    else:
        items[key] = changed(items[key], rest, new)
    return type(value)(items)


def name(path: Path) -> str:
    """``pools.0.batch_size``."""
    return ".".join(str(key) for key in path)
