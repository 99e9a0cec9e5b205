"""What curves, bands and estimates are worth on public measurements they have not seen."""

from __future__ import annotations

import csv
import hashlib
import json
from functools import cache

import numpy as np
import pytest

from optimizer.domain.catalog import Accelerator, Source
from optimizer.domain.measured import MeasuredCurve, MeasuredPoint
from optimizer.inputs import load_catalog
from optimizer.performance.fitting import fit_measured
from optimizer.performance.judging import thinned_points, unseen_accelerators, unseen_points
from tests.support.measurements import DATA_SETS, FOLDER, SHIPPED, curves_of, left_out_of, peaks


@pytest.fixture(scope="module")
def judged():
    """Every point of a data set, left out and predicted; each set once."""
    return cache(
        lambda name: [one for curve in curves_of(name) for one in unseen_points(curve.batch_items, curve.service_s)]
    )


@pytest.mark.parametrize(
    ("names", "points"),
    [(DATA_SETS[:1], 128), pytest.param(DATA_SETS, 452, marks=pytest.mark.slow)],
    ids=["one", "all"],
)
def test_left_out_points_are_predicted_within_three_and_a_half_per_cent(judged, names, points):
    """The median over all points of data sets, form and band chosen without the point."""
    errors = [one.error for name in names for one in judged(name)]
    assert len(errors) == points
    assert np.median(errors) <= 0.035


@pytest.mark.parametrize("name", [pytest.param("all", marks=pytest.mark.slow), SHIPPED])
def test_bands_hold_for_nine_left_out_points_of_ten(judged, name):
    """The band that a curve without the point would have got: over all data sets, and over the shipped curves."""
    names = DATA_SETS if name == "all" else (name,)
    inside = [one.inside for each in names for one in judged(each)]
    assert np.mean(inside) >= 0.9


def test_bands_of_the_shipped_catalog_are_those_of_a_fit():
    """Every measured curve states the band that `profile fit` gives its means, straight between them."""
    shipped = [curve for curve in load_catalog([SHIPPED]).profiles if curve.source.basis == "measured"]
    assert [curve.error_band for curve in shipped] == [
        fit_measured(curve, "measured").error_band for curve in curves_of(SHIPPED)
    ]


def test_a_left_out_point_has_no_say_in_its_own_band():
    """An outlier at the end is far off and outside: the others, a perfect line, give the least band."""
    found = unseen_points([1, 2, 4, 8, 16], [3.0, 4.0, 6.0, 10.0, 40.0])
    assert found[-1].error == pytest.approx(40.0 / 18.0 - 1.0)
    assert (found[-1].band, found[-1].inside) == (0.1, False)
    assert unseen_points([1, 2, 4], [1.0, 2.0, 3.0]) == []


@pytest.mark.parametrize("kept", [2, 3])
def test_bands_of_short_curves_hold_for_nine_points_of_ten(kept):
    """Longer curves, thinned out to so many points: those left out lie within the band of the short one."""
    curves = [curve for name in DATA_SETS for curve in curves_of(name) if len(curve.points) > kept]
    found = [one for curve in curves for one in thinned_points(curve.batch_items, curve.service_s, kept)]
    assert len(found) > 300
    assert np.mean([one.inside for one in found]) >= 0.9


def test_estimates_are_within_half_and_double_for_nine_points_of_ten():
    """Each accelerator in turn is estimated from the nearest other one: 90 % in all, no accelerator below 85 %."""
    found = unseen_accelerators([curve for name in DATA_SETS for curve in curves_of(name)], peaks())
    assert set(found) == {"A100-SXM-80GB", "A30-24GB", "T4-16GB", "V100-16GB", "V100-32GB"}
    assert np.mean([one.inside for points in found.values() for one in points]) >= 0.9
    assert min(np.mean([one.inside for one in points]) for points in found.values()) >= 0.85


def test_an_accelerator_is_never_estimated_from_its_twin():
    """V100s of 16 and 32 GB have the same peaks: the T4 must serve, although the twin would be nearer."""
    source = Source("datasheet", "test", "2026")
    known = {name: Accelerator(name, *of, None, source) for name, of in
             {"twin-a": (125, 897), "twin-b": (125, 897), "other": (65, 320)}.items()}  # fmt: skip

    def curve(name, factor):
        points = (MeasuredPoint("m:2", 1, factor), MeasuredPoint("m:3", 8, 2 * factor))
        return MeasuredCurve("m", "fp16", name, 1, 0, points, "test", "2026")

    found = unseen_accelerators([curve("twin-a", 1.0), curve("twin-b", 1.0), curve("other", 3.0)], known)
    assert set(found) == {"twin-a", "twin-b", "other"}
    assert all(one.predicted_s != pytest.approx(one.true_s) for one in found["twin-a"])


def test_rows_that_contradict_themselves_are_found_in_public_tables():
    """169 rows, all in the TensorFlow tables of BERT, whose throughput and latency do not fit; none elsewhere."""
    reasons = [row.reason for row in left_out_of("encoders")]
    assert sum(reason.startswith("batch, time and throughput do not fit") for reason in reasons) == 169
    assert [len(left_out_of(name)) for name in DATA_SETS[1:]] == [0, 0, 0]


def test_the_data_are_what_the_script_wrote():
    """Files are those of the manifest, byte by byte, and every row names its source and licence."""
    manifest = json.loads((FOLDER / "MANIFEST.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) == {path.name for path in FOLDER.glob("*.csv")}
    for name, expected in manifest["files"].items():
        content = (FOLDER / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == expected
        assert all(row["source"] and row["licence"] for row in csv.DictReader(content.decode().splitlines()))
