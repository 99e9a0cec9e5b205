"""What a file of options may hold: each option is a label and what it changes about the scenario or the catalog."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from optimizer.inputs.schema_asked import CashFlowKeys, DrawsKeys, UtilisationKeys
from optimizer.inputs.schema_base import HIGHEST_AMOUNT, Document, Each, refuse
from optimizer.inputs.schema_purchase import MatchKeys, PriceRuleKeys

#: Months that an order may take.
LONGEST_LEAD_TIME = 12
OPTIONS_FORMAT = "fleetopt/options/1"
#: The table of regret has a row and a column for each demand under each of them, and under today's prices.
MOST_PRICE_CHANGES = 3
HIGHEST_FACTOR = 100
#: Weights that sum to 1 up to rounding sum to 1.
ROUNDING = 1e-9


class ServerPriceKeys(Document):
    """What a server is offered for; it takes the place of the purchase prices in the catalog."""

    location: str = Field(min_length=1, examples=["own/ashburn"])
    instance_type: str = Field(min_length=1, examples=["l4-2x"])
    purchase_price: float = Field(gt=0, le=HIGHEST_AMOUNT, examples=[21000])
    reason: str = Field(min_length=1, examples=["quote of 2026-11"])


class OptionKeys(Document):
    """One option; with nothing but a label it is the scenario as it stands."""

    label: str = Field(min_length=1, max_length=60, examples=["only L4"])
    set: dict[str, Any] = Field({}, examples=[{"services.ranking.latency.p99_ms": 80}])
    catalogs: Annotated[list[str], Each] = Field([], examples=[["my-quotes"]])
    allow: Annotated[list[str], Each] | None = Field(None, min_length=1, examples=[["g6.*", "gcp/g2-*"]])
    forbid: Annotated[list[str], Each] = Field([], examples=[["g4dn.*"]])
    price_rules: list[PriceRuleKeys] = Field(
        [], examples=[[{"match": {"instance_type": "g6.*"}, "discount_share": 0.2, "reason": "quote of 2026-11"}]]
    )
    server_prices: list[ServerPriceKeys] = Field(
        [],
        examples=[[{"location": "own/ashburn", "instance_type": "l4-2x", "purchase_price": 21000, "reason": "quote"}]],
    )

    lead_time_months: int = Field(0, ge=0, le=LONGEST_LEAD_TIME, examples=[4])
    as_today: bool = Field(False, examples=[True])

    @model_validator(mode="after")
    def _today_is_as_it_is(self) -> OptionKeys:
        given = {"allow": self.allow, "forbid": self.forbid, "lead_time_months": self.lead_time_months}
        if self.as_today and (clash := [name for name, is_given in given.items() if is_given]):
            refuse(f"as_today buys nothing, and {clash[0]} says what is bought", f"Delete {clash[0]}.", "contradiction")
        return self


class PriceChangeKeys(Document):
    """Prices that may come: what is paid by the hour costs a multiple. What is signed for keeps its price."""

    label: str = Field(min_length=1, max_length=40, examples=["spot doubles"])
    match: MatchKeys = Field(examples=[{"purchase_option": "spot"}])
    factor: float = Field(gt=0, le=HIGHEST_FACTOR, examples=[2])
    weight: float = Field(0.0, ge=0, le=1, examples=[0.2])

    @model_validator(mode="after")
    def _by_the_hour(self) -> PriceChangeKeys:
        option = self.match.purchase_option
        if option not in (None, "on_demand", "spot"):
            mend = "Name on_demand or spot, or leave purchase_option out for both."
            refuse(f"what is signed for keeps its price (found {option})", mend, "contradiction")
        return self


class OptionsKeys(Document):
    """The whole file."""

    format: Literal["fleetopt/options/1"] = Field(examples=[OPTIONS_FORMAT])
    options: list[OptionKeys] = Field(min_length=1, examples=[[{"label": "as today"}, {"label": "only L4"}]])
    break_even: Annotated[list[str], Each] = Field([], examples=[["aws/g6.xlarge"]])
    break_even_utilisation: list[UtilisationKeys] = Field(
        [], examples=[[{"instance_type": "own/gpu-4x-t4", "rented": "aws/g4dn.xlarge"}]]
    )
    screening: bool = Field(False, examples=[True])
    regret: bool = Field(False, examples=[True])
    cash_flow: CashFlowKeys | None = Field(None, examples=[{"months": 60}])
    draws: DrawsKeys = Field(default_factory=DrawsKeys, examples=[{"spot_spread": 0.3}])
    price_changes: list[PriceChangeKeys] = Field(
        [],
        max_length=MOST_PRICE_CHANGES,
        examples=[[{"label": "spot doubles", "match": {"purchase_option": "spot"}, "factor": 2, "weight": 0.2}]],
    )

    @field_validator("options")
    @classmethod
    def _labels_differ(cls, options: list[OptionKeys]) -> list[OptionKeys]:
        labels = [option.label for option in options]
        if twice := sorted({label for label in labels if labels.count(label) > 1}):
            refuse(f'two options have the label "{twice[0]}"', "Give each its own label.", "duplicate")
        return options

    @model_validator(mode="after")
    def _price_changes_are_told_apart(self) -> OptionsKeys:
        labels = [change.label for change in self.price_changes]
        if twice := sorted({label for label in labels if labels.count(label) > 1}):
            refuse(f'two price changes have the label "{twice[0]}"', "Give each its own label.", "duplicate")
        if labels and not self.regret:
            refuse("price_changes are read by regret only", "Add regret: true, or leave them out.", "contradiction")
        total = sum(change.weight for change in self.price_changes)
        if total > 1.0 + ROUNDING:
            mend = "Lower them: what is left of 1 is the weight of today's prices."
            refuse(f"weights of price_changes sum to more than 1 (found {total:g})", mend, "out-of-range")
        return self
