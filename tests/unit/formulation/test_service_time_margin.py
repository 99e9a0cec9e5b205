"""Which curves `plan_on` lets in, and how much slower it takes them."""

from __future__ import annotations

import pytest

from optimizer.domain.catalog import ProfileCurve, Source
from optimizer.formulation.rules.service_time_margin import service_time_margin
from optimizer.verification import placement


@pytest.mark.parametrize("basis", ["measured", "fitted", "scaled", "estimated"])
def test_measured_only_means_the_same_to_both_readings(basis):
    """A curve fitted through measured points counts as measured, one scaled from another accelerator does not."""
    curve = ProfileCurve("m", "fp16", "T4-16GB", 1, (1, 8), (0.1, 0.2), 0.3, 0, Source(basis, "test", "2026"))
    margin = service_time_margin(curve, "measured_only")
    assert (margin == 0.0) == (basis in placement.MEASURED) == (basis in ("measured", "fitted"))
    assert margin in (0.0, None)
    assert service_time_margin(curve, "cautious") == 0.3
    assert service_time_margin(curve, "central") == 0.0
