"""What a file of options may ask about its options, besides what each costs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from optimizer.inputs.schema_base import HIGHEST_SIZE, Document

#: Longer than any machine stands.
MOST_MONTHS = 240


class CashFlowKeys(Document):
    """Over how many months payments are followed, and how prices and demand change meanwhile."""

    months: int = Field(ge=1, le=MOST_MONTHS, examples=[60])
    discount_rate_per_year: float | None = Field(None, ge=0, le=1, examples=[0.08])
    rent_decline_per_year: float = Field(0.0, ge=-0.5, lt=1, examples=[0.1])
    demand_growth_per_year: float = Field(0.0, ge=-0.9, le=10, examples=[0.2])
    value_kept_per_year: float | None = Field(None, ge=0, le=1, examples=[0.65])


class UtilisationKeys(Document):
    """A machine that is owned or committed, against renting on demand."""

    instance_type: str = Field(min_length=1, examples=["own/gpu-4x-t4"])
    rented: str | None = Field(None, min_length=1, examples=["aws/g4dn.xlarge"])
    equals: float | None = Field(None, gt=0, le=HIGHEST_SIZE, examples=[4])


class DrawsKeys(Document):
    """What ``--draws`` draws, and how widely."""

    traffic: Literal["band", "as_planned"] = Field("band", examples=["band"])
    on_demand_spread: float = Field(0.0, ge=0, le=2, examples=[0.05])
    spot_spread: float = Field(0.0, ge=0, le=2, examples=[0.3])
    instance_failures_per_year: float = Field(0.0, ge=0, le=100, examples=[0.1])
    repair_hours: float = Field(24.0, ge=0, le=8760, examples=[48])
    zone_outages_per_year: float = Field(0.0, ge=0, le=100, examples=[0.2])
    zone_outage_hours: float = Field(4.0, ge=0, le=8760, examples=[4])
