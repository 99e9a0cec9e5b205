"""Does the bill of a plan file add up? Every amount and sum again, in fractions; what differs is told by its key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from optimizer.domain.plan import CostLine, Plan
from optimizer.inputs.document import Path
from optimizer.inputs.faults import Faults
from optimizer.inputs.json_records import JsonReader

CENT = Fraction(1, 100)
MEND = "Make the plan again: the file was changed after it was written."


def refuse_wrong_sums(plan: Plan, shown: str) -> None:
    """Refuse a plan whose bill does not add up to the cent.

    Parameters
    ----------
    plan
        As it was read.
    shown
        Its file, as faults give it.

    Raises
    ------
    InputError
        With every line that is not quantity x price, and every sum that is not that of its lines.
    """
    faults = Faults()
    reader = JsonReader(shown, faults, {})
    for path, found, right, what in (*_lines(plan), *_sums(plan), *_totals(plan)):
        if abs(Fraction(found) - right) > CENT:
            reader.tell(path, f"must be {what}, {float(right):,.2f} (found {found:,.2f})", MEND, "wrong-sum")
    faults.raise_if_any()


Compared = tuple[Path, float, Fraction, str]


def _lines(plan: Plan) -> Iterable[Compared]:
    for index, line in enumerate(plan.cost.lines):
        right = Fraction(line.quantity) * Fraction(line.unit_price)
        yield ("cost", "lines", index, "amount"), line.amount, right, "quantity x unit_price"


def _sums(plan: Plan) -> Iterable[Compared]:
    tables: tuple[tuple[str, Mapping[str, float], Callable[[CostLine], str]], ...] = (
        ("by_category", plan.cost.by_category, lambda line: line.category),
        ("by_service", plan.cost.by_service, lambda line: line.service),
    )
    for name, stated, key in tables:
        right: dict[str, Fraction] = {}
        for line in plan.cost.lines:
            right[key(line)] = right.get(key(line), Fraction(0)) + Fraction(line.amount)
        for group in (*stated, *(found for found in right if found not in stated)):
            path = ("cost", name, group or '""')
            yield path, stated.get(group, 0.0), right.get(group, Fraction(0)), "the sum of its lines"


def _totals(plan: Plan) -> Iterable[Compared]:
    total = sum((Fraction(line.amount) for line in plan.cost.lines), Fraction(0))
    yield ("cost", "total"), plan.cost.total, total, "the sum of the lines"
    yield ("objective", "total"), plan.objective.total, total, "the sum of the lines"
