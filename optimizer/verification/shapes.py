"""Shapes: what a value must look like before a rule may read it. A shape yields one fault for each thing that is off.

The language is six words: `text`, `number`, `count`, `one_of`, `each`, `table`, put together by `record` and `maybe`.
"""

# ruff: noqa: ANN401  a document may hold anything: that is what is being found out

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from numbers import Integral, Real
from typing import Any

Shape = Callable[[Any, str], Iterator[str]]
#: Beyond this a figure is a typing error, and arithmetic on it would tell nothing.
LARGEST = 1e15


def show(value: object) -> str:
    """Return a value as a message quotes it, cut to 40 characters."""
    try:
        text = repr(value)
    except Exception:  # a broken repr must not hide the fault that is being told
        text = type(value).__name__
    return text if len(text) <= 40 else f"{text[:37]}..."


def _is_finite(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    try:
        number_ = float(value)
    except (OverflowError, ValueError, TypeError):
        return False
    return math.isfinite(number_) and abs(number_) <= LARGEST


def text(value: Any, where: str) -> Iterator[str]:
    """Require a string."""
    if not isinstance(value, str):
        yield f"{where}: must be text (found {show(value)})"


def number(at_least: float = -LARGEST, *, above: float | None = None) -> Shape:
    """Return the shape of a finite number within bounds."""

    def shape(value: Any, where: str) -> Iterator[str]:
        if not _is_finite(value):
            yield f"{where}: must be a finite number (found {show(value)})"
        elif value < at_least:
            yield f"{where}: must be at least {at_least:g} (found {value:g})"
        elif above is not None and value <= above:
            yield f"{where}: must be above {above:g} (found {value:g})"

    return shape


def count(at_least: int = 0) -> Shape:
    """Return the shape of a whole number of at least so many."""

    def shape(value: Any, where: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, Integral):
            yield f"{where}: must be a whole number (found {show(value)})"
        elif not at_least <= int(value) <= LARGEST:
            yield f"{where}: must be a whole number from {at_least} on (found {show(value)})"

    return shape


def one_of(*words: str) -> Shape:
    """Return the shape of one word out of a few."""

    def shape(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, str) or value not in words:
            yield f"{where}: must be one of {', '.join(words)} (found {show(value)})"

    return shape


def anything(value: Any, where: str) -> Iterator[str]:  # noqa: ARG001  a shape takes two
    """Require nothing: no rule reads it."""
    yield from ()


def maybe(inner: Shape) -> Shape:
    """Return the shape of a value that may be missing (None)."""

    def shape(value: Any, where: str) -> Iterator[str]:
        if value is not None:
            yield from inner(value, where)

    return shape


def each(inner: Shape, at_least: int = 0) -> Shape:
    """Return the shape of a list or tuple of like values."""

    def shape(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, (list, tuple)):
            yield f"{where}: must be a list (found {show(value)})"
            return
        if len(value) < at_least:
            yield f"{where}: must not be empty"
        for index, item in enumerate(value):
            yield from inner(item, f"{where}[{index}]")

    return shape


def table(inner: Shape) -> Shape:
    """Return the shape of a mapping from names to like values."""

    def shape(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield f"{where}: must be a mapping (found {show(value)})"
            return
        for key, item in value.items():
            if not isinstance(key, str):
                yield f"{where}: names must be text (found {show(key)})"
            else:
                yield from inner(item, f"{where}.{key}")

    return shape


def record(**fields: Shape) -> Shape:
    """Return the shape of a mapping with at least these keys."""

    def shape(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield f"{where}: must be a mapping (found {show(value)})"
            return
        for name, inner in fields.items():
            if name not in value:
                yield f"{where}: {name} is missing"
            else:
                yield from inner(value[name], f"{where}.{name}")

    return shape


def instance(kind: type, **fields: Shape) -> Shape:
    """Return the shape of a record of the domain, judged field by field."""

    def shape(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, kind):
            yield f"{where}: must be a {kind.__name__} (found {show(value)})"
            return
        for name, inner in fields.items():
            yield from inner(getattr(value, name), f"{where}.{name}" if where else name)

    return shape


def twice(names: Iterable[object]) -> list[object]:
    """Return what a sequence names more than once, each once, in order."""
    seen: set[object] = set()
    again: dict[object, None] = {}
    for name in names:
        if name in seen:
            again[name] = None
        seen.add(name)
    return list(again)
