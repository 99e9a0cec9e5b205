"""The arithmetic of the builders, on small cases worked by hand."""

from __future__ import annotations

import math

import pytest


def test_fit_finds_two_exact_slopes(tool):
    """Points of 2 + 0.5 k up to 8 and 0.25 k beyond come back exactly, knee included."""
    batch = [1, 2, 4, 8, 16, 32]
    service = [2 + 0.5 * min(k, 8) + 0.25 * max(k - 8, 0) for k in batch]
    found = tool("catalog.curves").fit(batch, service)
    assert (found.fixed, found.slope_1, found.slope_2, found.knee) == pytest.approx((2.0, 0.5, 0.25, 8.0))
    assert found.at(20) == pytest.approx(2 + 4 + 3)


def test_fit_below_four_points_is_a_line(tool):
    """Three points of 3 + 2 k give that line on both sides of the knee."""
    found = tool("catalog.curves").fit([1, 8, 16], [5.0, 19.0, 35.0])
    assert (found.fixed, found.slope_1, found.slope_2) == pytest.approx((3.0, 2.0, 2.0))
    assert found.at(100) == pytest.approx(203.0)


def test_fit_weighs_relative_errors(tool):
    """A line by (1, 1) and (2, 4) may not start below 0: slope m minimises (m - 1)^2 + (m / 2 - 1)^2, so m = 1.2."""
    found = tool("catalog.curves").fit([1, 2], [1.0, 4.0])
    assert (found.fixed, found.slope_1) == pytest.approx((0.0, 1.2))


def test_error_band_is_that_of_the_left_out_points(tool):
    """Three points on a line and one above: left out, the last is said to be 5 and is 10, off by a factor of two."""
    assert tool("catalog.curves").error_band([1, 2, 3, 4], [2.0, 3.0, 4.0, 10.0]) == 1.2


def test_error_band_of_three_points_has_a_floor(tool):
    """Three points on a line have no inner error, and still a band of 28 %: nobody knows what lies between."""
    assert tool("catalog.curves").error_band([1, 8, 16], [5.0, 19.0, 35.0]) == 0.28
    # inner point 19 read as 38: the line through the ends says 19, a factor of two
    assert tool("catalog.curves").error_band([1, 8, 16], [5.0, 38.0, 38.0]) == pytest.approx(
        1.2 * (38.0 / 20.4 - 1.0), abs=1e-3
    )


def test_scaling_by_hand(tool):
    """4 + 2 k on hardware with 4 times the bandwidth and the same FLOPS: the fixed part halves, the rest halves too."""
    curves = tool("catalog.curves")
    base, same_flops = curves.Accelerator(100.0, 300.0), curves.Accelerator(100.0, 1200.0)
    assert curves.scaled([1, 2, 4], [6.0, 8.0, 12.0], base, same_flops) == pytest.approx([3.0, 4.0, 6.0])
    # 9 times the FLOPS and the same bandwidth: fixed part stays 4, the rest shrinks by sqrt(9)
    faster = curves.Accelerator(900.0, 300.0)
    assert curves.scaled([1, 2, 4], [6.0, 8.0, 12.0], base, faster) == pytest.approx([4 + 2 / 3, 4 + 4 / 3, 4 + 8 / 3])


def test_estimates_start_from_the_nearest_measured_accelerator(tool):
    """A10G and L4 are nearer to the T4, L40S, A100-40 and H100 to the A100-80, in log FLOPS and log bandwidth."""
    curves = tool("catalog.curves")
    t4, a100 = curves.Accelerator(65, 320), curves.Accelerator(312, 2039)
    assert curves.distance(t4, a100) == pytest.approx(math.log(312 / 65) + math.log(2039 / 320))
    for tflops, bandwidth, nearer in [
        (70, 600, t4),
        (121, 300, t4),
        (362, 864, a100),
        (312, 1555, a100),
        (989, 3350, a100),
    ]:
        wanted = curves.Accelerator(tflops, bandwidth)
        assert min((t4, a100), key=lambda one, wanted=wanted: curves.distance(one, wanted)) == nearer


def price_row(**more):
    """A row of the collected price files."""
    row = {
        "provider": "gcp",
        "instance_type": "x-1",
        "region": "r",
        "ondemand_per_hour": "8",
        "price_date": "2026-07-30",
        "price_source": "cyclenerd-gcp",
        "ondemand_per_hour_est_2026_07": "8",
        "spot_per_hour": "2",
        "reserved_1y_no_upfront_per_hour": "5",
        "reserved_3y_no_upfront_per_hour": "",
    }
    return row | more


def test_spot_at_an_eighth_is_dropped(tool):
    """2 of 8 is an offer; 1 of 8 is the market's floor and becomes unknown, with the reason in the source."""
    spot = tool("catalog.quotes").spot
    assert spot(price_row()).price == 2.0
    floor = spot(price_row(spot_per_hour="1"))
    assert floor.price is None
    assert "a floor, not an offer" in floor.source


def test_stale_commitments_are_dropped(tool):
    """A p5 commitment is dropped although it has a figure; a g6 commitment of the same source is kept."""
    committed = tool("catalog.quotes").committed
    assert committed(price_row(provider="aws", instance_type="p5.48xlarge"), "committed_1y").price is None
    assert committed(price_row(provider="aws", instance_type="g6.xlarge"), "committed_1y").price == 5.0
    assert committed(price_row(), "committed_3y").price is None


def test_a_scaled_list_price_is_an_estimate(tool):
    """Where the price of today differs from the regional list, it is today's price, marked and dated as such."""
    quote = tool("catalog.quotes").on_demand(price_row(provider="aws", ondemand_per_hour="9", price_source="ec2.shop"))
    assert (quote.price, quote.basis, quote.as_of) == (8.0, "estimate", "2026-07")


def test_a_price_above_the_intel_twin_has_windows_in_it(tool):
    """Azure's AMD sizes cost less than the Intel ones; where they cost more, the price is one with Windows."""
    is_with_windows = tool("catalog.prices").is_with_windows
    intel = {"ondemand_per_hour": "0.768"}
    assert is_with_windows({"provider": "azure", "ondemand_per_hour": "1.424"}, intel)
    assert not is_with_windows({"provider": "azure", "ondemand_per_hour": "0.688"}, intel)
    assert not is_with_windows({"provider": "azure", "ondemand_per_hour": "1.424"}, None)
    assert not is_with_windows({"provider": "aws", "ondemand_per_hour": "1.424"}, intel)


@pytest.mark.parametrize(
    ("name", "vendor"),
    [
        ("Standard_D16s_v5", "intel"),
        ("Standard_D16as_v5", "amd"),
        ("Standard_NC24ads_A100_v4", "amd"),
        ("Standard_NC80adis_H100_v5", "amd"),
        ("Standard_ND96isr_H100_v5", "intel"),
        ("Standard_ND96amsr_A100_v4", "amd"),
    ],
)
def test_cpu_of_azure_by_name(tool, name, vendor):
    """An ``a`` after the size is an AMD CPU; the one of ``A100`` is not."""
    assert tool("catalog.instances").cpu_vendor({"provider": "azure", "instance_type": name}) == vendor


def test_power_is_unknown_with_an_unknown_part(tool):
    """16 vCPUs of AMD and two boards of 300 W make 632.3 W; an unknown board or CPU makes it unknown, not less."""
    max_power_w = tool("catalog.instances").max_power_w
    spec = {"provider": "gcp", "instance_type": "x", "vcpu": "16", "cpu_vendor": "amd", "accelerator": "X"}
    spec |= {"accelerator_count": "2"}
    assert max_power_w(spec, {"X": 300.0}) == 632.3
    assert max_power_w(spec, {"X": None}) is None
    assert max_power_w(spec | {"cpu_vendor": ""}, {"X": 300.0}) is None


def curve_row(**more):
    """A row of the collected batch curves."""
    row = {
        "scenario": "offline (static batch)",
        "accelerator_count": "1",
        "model_instances": "1",
        "concurrency": "1",
        "batch_size": "8",
        "throughput": "800",
        "latency_avg_ms": "10",
    }
    return row | more


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ({}, True),  # 800/s x 10 ms = 8
        ({"latency_avg_ms": "10.7"}, True),  # 1.07
        ({"latency_avg_ms": "10.8"}, False),  # 1.08
        ({"latency_avg_ms": "9.2"}, False),  # 0.92
        ({"latency_avg_ms": ""}, False),
        ({"scenario": "online (dynamic batching)"}, False),
        ({"model_instances": "2"}, False),
        ({"accelerator_count": "8"}, False),
    ],
)
def test_filter_of_measured_rows(tool, more, kept):
    """Only one static batch at a time, on one accelerator, with throughput x latency within 7 % of the batch."""
    assert tool("catalog.profiles").keeps(curve_row(**more)) is kept


def test_cells(tool):
    """Numbers keep ten digits and no tail of zeros; unknown is empty."""
    text = tool("catalog.tables").text
    assert [text(value) for value in (None, 16.0, 0.5, 4200000000, 20.1754983, "x")] == [
        "",
        "16",
        "0.5",
        "4200000000",
        "20.1754983",
        "x",
    ]
