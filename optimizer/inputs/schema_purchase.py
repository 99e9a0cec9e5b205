"""What a scenario file may hold about buying: options, prices of one's own, what is signed, limits and pins."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from optimizer.domain.purchase import AfterHorizon, MayVanish, PurchaseOption
from optimizer.domain.scenario import Autoscaling
from optimizer.inputs.schema_base import (
    HIGHEST_AMOUNT,
    HIGHEST_SIZE,
    MOST_INSTANCES,
    Day,
    Document,
    Each,
    Name,
    refuse,
)


class SpotKeys(Document):
    """How spot may be used, what interruptions cost, and what must be survived."""

    max_share: float = Field(0.3, ge=0, le=1, examples=[0.3])
    overhead_share: float = Field(0.05, ge=0, le=10, examples=[0.05])
    may_vanish: MayVanish = Field("all_of_a_type", examples=["all_of_a_type"])


def _spot_beside_on_demand(options: list[PurchaseOption]) -> list[PurchaseOption]:
    """Refuse spot without on demand: a plan would leave it out, and call what is left the cheapest."""
    if "spot" in options and "on_demand" not in options:
        mend = f"Write options: [{', '.join(('on_demand', *options))}], or leave spot out."
        refuse("spot is used beside on_demand only", mend, "contradiction")
    return options


class PurchaseKeys(Document):
    """What may be bought, and how the fleet may change size."""

    options: Annotated[list[PurchaseOption], Each, AfterValidator(_spot_beside_on_demand)] = Field(
        ["on_demand"], min_length=1, examples=[["on_demand"]]
    )
    after_horizon: AfterHorizon = Field("refuse", examples=["refuse"])
    value_share: float | None = Field(None, ge=0, le=1, examples=[0.5])
    spot: SpotKeys = Field(default_factory=SpotKeys, examples=[{"max_share": 0.3}])
    autoscaling: Autoscaling = Field("hourly", examples=["hourly"])
    scale_up_lead_minutes: float = Field(0.0, ge=0, le=60, examples=[15])
    scale_up_max_instances: int | None = Field(None, ge=1, le=MOST_INSTANCES, examples=[40])

    @model_validator(mode="after")
    def _value_share_belongs(self) -> PurchaseKeys:
        if (self.after_horizon == "value_share") != (self.value_share is not None):
            mend = "Write after_horizon: value_share and value_share: 0.5, or neither."
            refuse("after_horizon: value_share and the key value_share go together", mend, "contradiction")
        return self


class MatchKeys(Document):
    """Which instances are meant; what is left out means any. `instance_type` may hold * and ?."""

    provider: str | None = Field(None, min_length=1, examples=["aws"])
    location: str | None = Field(None, min_length=1, examples=["aws/us-east-1"])
    instance_type: str | None = Field(None, min_length=1, examples=["g6.*"])
    purchase_option: PurchaseOption | None = Field(None, examples=["on_demand"])


class PriceRuleKeys(Document):
    """What is really paid, and why."""

    match: MatchKeys = Field(examples=[{"provider": "aws"}])
    discount_share: float | None = Field(None, ge=0, le=1, examples=[0.12])
    price_per_hour: float | None = Field(None, ge=0, le=HIGHEST_SIZE, examples=[0.81])
    reason: str = Field(min_length=1, examples=["enterprise agreement 2026"])

    @model_validator(mode="after")
    def _one_price(self) -> PriceRuleKeys:
        if (self.discount_share is None) == (self.price_per_hour is None):
            found = "neither" if self.discount_share is None else "both"
            mend = "Keep one, for example discount_share: 0.12."
            refuse(f"needs either discount_share or price_per_hour (found {found})", mend, "exactly-one")
        return self


class CommitmentKeys(Document):
    """Instances that are signed for already."""

    location: str = Field(min_length=1, examples=["aws/us-east-1"])
    instance_type: str = Field(min_length=1, examples=["g6.xlarge"])
    purchase_option: PurchaseOption = Field("committed_1y", examples=["committed_1y"])
    count: int = Field(ge=0, le=MOST_INSTANCES, examples=[10])
    until: Day = Field(examples=["2027-06-30"])
    price_per_hour: float | None = Field(None, ge=0, le=HIGHEST_SIZE, examples=[0.49])
    reserved: bool = Field(False, examples=[False])
    reason: str = Field("signed before", min_length=1, examples=["agreement of 2026-07"])

    @model_validator(mode="after")
    def _not_spot(self) -> CommitmentKeys:
        if self.purchase_option == "spot":
            refuse("spot cannot be signed for", "Use committed_1y, committed_3y, on_demand or owned.", "contradiction")
        return self


class OwnedKeys(Document):
    """How owned hardware is priced and run."""

    price: Literal["low", "mid", "high"] = Field("mid", examples=["mid"])
    discount_rate_per_year: float = Field(0.08, ge=0, le=1, examples=[0.08])
    unused: Literal["off", "idle"] = Field("off", examples=["off"])
    operator_cost_per_year: float | None = Field(None, ge=0, le=HIGHEST_AMOUNT, examples=[120000])


class QuotaKeys(Document):
    """Most that may run at once of what `match` means."""

    match: MatchKeys = Field(examples=[{"location": "gcp/us-central1", "instance_type": "g2-*"}])
    max_instances: int | None = Field(None, ge=0, le=MOST_INSTANCES, examples=[40])
    max_vcpu: int | None = Field(None, ge=0, le=MOST_INSTANCES, examples=[384])
    reason: str = Field("quota", min_length=1, examples=["quota of 2026-10"])

    @model_validator(mode="after")
    def _one_limit(self) -> QuotaKeys:
        if (self.max_instances is None) == (self.max_vcpu is None):
            found = "neither" if self.max_instances is None else "both"
            mend = "Keep one, for example max_instances: 40."
            refuse(f"needs either max_instances or max_vcpu (found {found})", mend, "exactly-one")
        if self.match.purchase_option == "spot":
            refuse("a quota cannot count spot", "Limit it by purchase.spot.max_share.", "contradiction")
        return self


class LimitsKeys(Document):
    """Limits on the whole plan."""

    budget_per_month: float | None = Field(None, ge=0, le=HIGHEST_AMOUNT, examples=[60000])
    power_kw: float | None = Field(None, ge=0, le=HIGHEST_SIZE, examples=[120])
    carbon_t: float | None = Field(None, ge=0, le=HIGHEST_SIZE, examples=[200])
    max_instance_types: int | None = Field(None, ge=1, le=1000, examples=[3])
    quotas: list[QuotaKeys] = Field(
        [], examples=[[{"match": {"location": "gcp/us-central1", "instance_type": "g2-*"}, "max_instances": 40}]]
    )


class PinKeys(Document):
    """A decision that is kept."""

    service: Name = Field(examples=["ranking"])
    location: str | None = Field(None, min_length=1, examples=["aws/us-east-1"])
    instance_type: str | None = Field(None, min_length=1, examples=["g6.xlarge"])
    profile: str | None = Field(None, min_length=1, examples=["dlrm-criteo-4b/fp16"])
    batch_size: int | None = Field(None, ge=1, le=HIGHEST_SIZE, examples=[16])
    min: int = Field(0, ge=0, le=MOST_INSTANCES, examples=[4])
    max: int | None = Field(None, ge=1, le=MOST_INSTANCES, examples=[40])

    @model_validator(mode="after")
    def _ordered(self) -> PinKeys:
        if self.max is not None and self.max < self.min:
            refuse(f"max must be at least min (found {self.max} and {self.min})", "Raise max.", "contradiction")
        if self.min > 0 and self.location is None:
            refuse("min needs a location", "Name the location that keeps so many instances.", "missing")
        return self


class CurrencyRateKeys(Document):
    """One unit of a currency in the currency of the plan, which is that of the first catalog."""

    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["CNY"])
    rate: float = Field(gt=0, le=HIGHEST_SIZE, examples=[0.14])
    as_of: Day = Field(examples=["2026-10-01"])
    source: str = Field(min_length=1, examples=["central bank, daily fixing"])
