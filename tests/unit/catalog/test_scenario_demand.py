"""The demand of the shipped shop: totals, order of its columns, clocks, and the recipe on one row."""

from __future__ import annotations

from collections import defaultdict

import pytest

READINGS = ("mean", "low", "mid", "high")


def peak_hour(demand, day_type, reading):
    """Busiest hour of a day type, over all origins, pages per second."""
    totals = defaultdict(float)
    for row in demand:
        if row["day_type"] == day_type:
            totals[row["hour"]] += float(row[reading])
    return max(totals.values())


@pytest.mark.parametrize(
    ("day_type", "totals"),
    [("workday", (5817, 7301, 10592)), ("sale", (8953, 17634, 32858))],
)
def test_peak_hours(demand, day_type, totals):
    """The busiest hour carries the published totals at low, mid and high, within 0.2 %."""
    found = [peak_hour(demand, day_type, reading) for reading in ("low", "mid", "high")]
    assert found == pytest.approx(totals, rel=0.002)


def test_daily_means(demand):
    """A workday averages 4,000 pages a second, a weekend day 0.77 and a sale day 2.5 times that."""
    means = defaultdict(float)
    for row in demand:
        means[row["day_type"]] += float(row["mean"]) / 24
    assert dict(means) == pytest.approx({"workday": 4000, "weekend": 3080, "sale": 10000}, rel=0.0005)


def test_every_hour_once(demand):
    """Three origins, three kinds of day, 24 hours, one series."""
    keys = {(row["service"], row["origin"], row["day_type"], int(row["hour"])) for row in demand}
    assert len(keys) == len(demand) == 3 * 3 * 24
    assert {key[0] for key in keys} == {"page"}
    assert {key[3] for key in keys} == set(range(24))


def test_mean_lies_below_mid_and_readings_rise(demand):
    """The busiest five minutes are above the hour's mean (1.12 times, on a sale day 1.2), and low < mid < high."""
    for row in demand:
        mean, low, mid, high = (float(row[reading]) for reading in READINGS)
        assert mean < mid
        assert low < mid < high
        assert mid / mean == pytest.approx(1.2 if row["day_type"] == "sale" else 1.12, rel=0.002)


def test_hours_are_on_one_clock(demand):
    """Noon in the West is three hours later on the Eastern clock: its curve is the Eastern one moved by three."""
    mean = {(row["origin"], int(row["hour"])): float(row["mean"]) for row in demand if row["day_type"] == "workday"}
    for hour in range(24):
        assert mean["us-west", (hour + 3) % 24] == pytest.approx(mean["us-east", hour] * 0.3 / 0.5, abs=0.1)
        assert mean["us-central", (hour + 1) % 24] == pytest.approx(mean["us-east", hour] * 0.2 / 0.5, abs=0.1)


def test_one_row_by_hand(demand):
    """us-east on a workday at noon, shape 1.764."""
    (row,) = [row for row in demand if (row["origin"], row["day_type"], row["hour"]) == ("us-east", "workday", "12")]
    # 4,000 x 0.5 x 1.764 = 3,528; low x 0.85 x 1.05 = 3,148.74; mid x 1.12 = 3,951.36; high x 1.25 x 1.3 = 5,733
    assert [float(row[reading]) for reading in READINGS] == [3528.0, 3148.7, 3951.4, 5733.0]


def test_demand_equals_the_published_example(demand, data_folder, tool):
    """Low, mid and high are the retrieval rows of the published example, which rounds to whole requests."""
    data = tool("catalog.tables").DataFolder(data_folder)
    example = {
        (row["origin"], row["day_type"], row["hour"]): row
        for row in data.rows("traffic/flagship_demand_example.csv", lambda row: row["service"] == "retrieval")
    }
    assert len(example) == len(demand)
    for row in demand:
        other = example[row["origin"], row["day_type"], row["hour"]]
        assert all(abs(float(row[r]) - float(other[r])) <= 0.551 for r in ("low", "mid", "high"))
