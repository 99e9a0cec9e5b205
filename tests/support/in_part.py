"""Long lists of cases of which the default run takes a part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings

#: Name of the hypothesis profile of a run that leaves no test out.
WHOLE = "fleetopt-whole"


def examples(count: int) -> int:
    """Return how many examples a property takes: a third in the default run, all where slow tests run as well."""
    return count if settings.get_current_profile_name() == WHOLE else max(count // 3, 10)


def one_in(every: int, cases: Iterable[Any]) -> list[Any]:
    """Return all cases, of which the default run takes one in so many; the others are marked slow.

    A case that is a tuple stands for several parameters.
    """
    found = []
    for number, case in enumerate(cases):
        values = case if isinstance(case, tuple) else (case,)
        found.append(pytest.param(*values, marks=[] if number % every == 0 else [pytest.mark.slow]))
    return found
