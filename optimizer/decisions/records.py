"""What a comparison says, in the keys of its document (``fleetopt/comparison/1``)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from optimizer.decisions.cash.records import CashFlow
from optimizer.decisions.draws.records import Draws
from optimizer.decisions.screening.records import Screening
from optimizer.decisions.utilisation import BreakEvenUtilisation
from optimizer.domain.json_document import JsonDocument
from optimizer.domain.plan import Plan

COMPARISON_FORMAT = "fleetopt/comparison/1"
Status = Literal["optimal", "feasible", "infeasible", "no_plan", "failed", "as_today"]
RiskKind = Literal["spot", "one_zone", "one_type", "estimates", "ramp"]


@dataclass(frozen=True, slots=True)
class Risk:
    """Something that a total does not show; `value` is a share of rent, or a count."""

    kind: RiskKind
    subject: str
    value: float


@dataclass(frozen=True, slots=True)
class Bought:
    """Instances of one type in one location under one purchase option: fewest, most and paid on average."""

    location: str
    instance_type: str
    purchase_option: str
    least: int
    most: int
    average: float


@dataclass(frozen=True, slots=True)
class Difference:
    """An option's total minus the first one's, whose proof leaves it between `least` and `most`.

    `told` is whether both ends have one sign: otherwise the gaps of the two plans could hold all of it. `parts` add up
    to `amount`: ``price``, ``performance``, ``rounding``, ``commitments`` and ``other``.
    """

    amount: float
    least: float
    most: float
    told: bool
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class UntilArrival:
    """What runs until ordered machines arrive, `months` after the beginning, and what these months cost."""

    months: int
    total: float
    fleet: tuple[Bought, ...]


@dataclass(frozen=True, slots=True)
class OptionAnswer:
    """What became of one option; without a plan there are `reasons` instead of figures.

    Of today's fleet (status ``as_today``) `holds` says whether it carries the hardest hour of every service; None where
    that cannot be told, and for plans, which do. `reasons` then say what it does not hold, or what is not known;
    without a price of everything there is no `total`. Totals hold the months until ordered machines arrive, of which
    `until_arrival` tells; `fleet` and `risks` are what comes after.
    """

    label: str
    changes: tuple[str, ...]
    status: Status
    reasons: tuple[str, ...] = ()
    total: float | None = None
    lower_bound: float | None = None
    gap: float | None = None
    months: float | None = None
    per_1000_requests: float | None = None
    obligation_after_horizon: float | None = None
    by_category: Mapping[str, float] = field(default_factory=dict)
    by_service: Mapping[str, float] = field(default_factory=dict)
    peak_kw: float | None = None
    energy_kwh: float | None = None
    carbon_kg: float | None = None
    fleet: tuple[Bought, ...] = ()
    risks: tuple[Risk, ...] = ()
    #: What is not known about prices and the like, as a plan of the option would be warned.
    warnings: tuple[str, ...] = ()
    difference: Difference | None = None
    holds: bool | None = None
    until_arrival: UntilArrival | None = None


@dataclass(frozen=True, slots=True)
class BreakEvenPrice:
    """Price on demand (or to buy, where that is how it is had) in a location, and the one at which it breaks even."""

    location: str
    purchase_option: str
    price: float
    break_even: float


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Up to which factor on all prices of an instance type it takes part in the cheapest plan.

    `factor` is None where `status` is not ``found``: ``never`` at any price looked at, ``always`` where there is no
    plan without it, ``failed`` where no plan was found. `with_types` and `without_types` are the instance types of the
    two plans that tie at the factor; `share` is what the first of them spends on the type.
    """

    provider: str
    instance_type: str
    status: Literal["found", "never", "always", "failed"]
    factor: float | None = None
    share: float | None = None
    total: float | None = None
    prices: tuple[BreakEvenPrice, ...] = ()
    with_types: tuple[str, ...] = ()
    without_types: tuple[str, ...] = ()
    plans: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RegretCase:
    """What may come: a demand, at today's prices or after a change of prices (its label).

    `status` is what became of its own plan; where there is none, `reasons` say why, and no row is made for it.
    """

    name: str
    demand: str
    price_change: str | None
    weight: float
    status: Status = "optimal"
    reasons: tuple[str, ...] = ()

    @property
    def has_plan(self) -> bool:
        """Whether commitments could be made for it."""
        return self.status in ("optimal", "feasible")


@dataclass(frozen=True, slots=True)
class RegretRow:
    """Commitments made for one case (``all``: least in expectation, by the weights), and what each case then costs.

    `totals` and `regrets` are by case, None where it cannot be served with these commitments. `largest` is over the
    cases that any row serves; `expected` is None where a case that has a weight is not served.
    """

    made_for: str
    committed: tuple[Bought, ...]
    totals: Mapping[str, float | None]
    regrets: Mapping[str, float | None]
    largest: float | None
    expected: float | None


@dataclass(frozen=True, slots=True)
class Regret:
    """Each choice of commitments in each case; `weights` are by case, `least_regret` and `least_expected` name rows.

    Money is over `months`; a case without a plan has no row.
    """

    months: float
    cases: tuple[RegretCase, ...]
    weights: Mapping[str, float]
    rows: tuple[RegretRow, ...]
    least_regret: str | None
    least_expected: str | None


@dataclass(frozen=True, slots=True)
class Comparison(JsonDocument):
    """Options side by side. `plans` holds the plan of each option that has one; the document leaves them out."""

    format: str
    scenario: str
    currency: str
    options: tuple[OptionAnswer, ...]
    break_even: tuple[BreakEven, ...] = ()
    utilisation: tuple[BreakEvenUtilisation, ...] = ()
    regret: Regret | None = None
    cash_flow: CashFlow | None = None
    draws: Draws | None = None
    screening: Screening | None = None
    plans: Mapping[str, Plan] = field(default_factory=dict, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the document, made of plain dicts, lists, strings and numbers."""
        return dataclasses.asdict(dataclasses.replace(self, plans={})) | {"plans": sorted(self.plans)}
