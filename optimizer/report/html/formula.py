"""Formulas over a document: where a figure of a page stands in the JSON, and how it is made of what stands there.

A formula is a number, a path ``{"p": [step, ...]}``, or ``[operation, formula, ...]``; it is plain JSON, so that the
page carries it beside the figure and anyone can work it out again. Steps of a path:

* a text is a key, a whole number a position;
* ``{"key": value, ...}`` takes the records of a list that have these values;
* ``null`` takes every element of a list, or every value of an object.

A path through one of the last two is a list of what was found. Operations: ``+ - * /`` of numbers; ``sum``, ``min``,
``max``, ``count`` of a list, ``at`` of a list and a position, ``dot`` of two lists; ``cols`` adds the lists of a list
position by position, and ``whole`` divides each of their numbers and rounds up.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

#: Plain JSON; see the module.
Formula = Any
Step = str | int | Mapping[str, Any] | None


def path(*steps: Step) -> Formula:
    """Return the formula of what stands at a place."""
    return {"p": list(steps)}


def text_of(formula: Formula) -> str:
    """Return a formula as the page carries it, in ASCII: no sign of a name is lost."""
    return json.dumps(formula, separators=(",", ":"))


def value_of(document: Any, formula: Formula) -> Any:  # noqa: ANN401  whatever stands there
    """Return what a formula comes to; None where a number that it needs is not known."""
    if isinstance(formula, Mapping):
        return found_at(document, formula["p"])
    if not isinstance(formula, list):
        return formula
    operation, *operands = formula
    values = [value_of(document, operand) for operand in operands]
    return None if any(value is None for value in values) else _OPERATIONS[operation](*values)


def found_at(document: Any, steps: Sequence[Step]) -> Any:  # noqa: ANN401  whatever stands there
    """Return what stands at a path: one value, or a list of them where the path goes through several."""
    found, several = [document], False
    for step in steps:
        if step is None:
            found = [part for item in found for part in (item.values() if isinstance(item, Mapping) else item)]
            several = True
        elif isinstance(step, Mapping):
            found = [part for item in found for part in item if all(part[key] == step[key] for key in step)]
            several = True
        else:
            found = [item[step] for item in found]
    return found if several else found[0]


def _columns(rows: Sequence[Sequence[float]]) -> list[float]:
    return [math.fsum(values) for values in zip(*rows, strict=True)]


def _whole(rows: Sequence[Sequence[float]], divisor: float) -> list[list[int]]:
    return [[math.ceil(value / divisor) for value in row] for row in rows]


def _ratio(a: float, b: float) -> float | None:
    """A share of nothing is not known."""
    return a / b if b else None


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": lambda *values: math.fsum(values),
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _ratio,
    "sum": math.fsum,
    "min": lambda values: min(values, default=0),
    "max": lambda values: max(values, default=0),
    "count": len,
    "at": lambda values, position: values[position],
    "dot": lambda a, b: math.fsum(x * y for x, y in zip(a, b, strict=True)),
    "cols": _columns,
    "whole": _whole,
}
