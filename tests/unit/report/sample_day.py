"""A row of a whole day, for pages and commands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from optimizer.verification.replaying.day_result import DayRow

_ROW = DayRow(
    service="encoder", classes=("busiest hour",), what="as planned", period=9, day_type="sale", hour=20,
    location="aws/us-east-1", zones=("us-east-1a",), instance_type="g6.xlarge", origin="shop", replicas=12,
    requests_per_s=2345.6, requests=8_444_000, late_share=0.0065, reached_ms=57.26, percentile=0.99, target_ms=60.0,
    allowed_share=0.01, at="20:35", window_s=300.0, worst_requests_per_s=2351.2, worst_requests=705_360,
    worst_late_share=0.0082, worst_at_least=0.0071, worst_reached_ms=58.91, again_share=None, again_at_least=None,
    again_windows=0, judged=12, broken=0, holds=True,
)  # fmt: skip


def sample_day_row(**changes: Any) -> DayRow:
    """Return a row that holds, with some fields changed."""
    return replace(_ROW, **changes)
