"""What a file of options may ask about its options, besides what each costs."""

from __future__ import annotations

from pydantic import Field

from optimizer.inputs.schema_base import Document

#: Longer than any machine stands.
MOST_MONTHS = 240


class CashFlowKeys(Document):
    """Over how many months payments are followed, and how prices and demand change meanwhile."""

    months: int = Field(ge=1, le=MOST_MONTHS, examples=[60])
    discount_rate_per_year: float | None = Field(None, ge=0, le=1, examples=[0.08])
    rent_decline_per_year: float = Field(0.0, ge=-0.5, lt=1, examples=[0.1])
    demand_growth_per_year: float = Field(0.0, ge=-0.9, le=10, examples=[0.2])
    value_kept_per_year: float | None = Field(None, ge=0, le=1, examples=[0.65])
