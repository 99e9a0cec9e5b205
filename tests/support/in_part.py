"""Long lists of cases of which the default run takes a part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def one_in(every: int, cases: Iterable[Any]) -> list[Any]:
    """Return all cases, of which the default run takes one in so many; the others are marked slow.

    A case that is a tuple stands for several parameters.
    """
    found = []
    for number, case in enumerate(cases):
        values = case if isinstance(case, tuple) else (case,)
        found.append(pytest.param(*values, marks=[] if number % every == 0 else [pytest.mark.slow]))
    return found
