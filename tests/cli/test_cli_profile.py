"""``fleetopt profile``: from measured points to a plan that rests on them, and what is known of a profile."""

from __future__ import annotations

import csv
import io
import json

import pytest
from typer.testing import CliRunner

from optimizer import api
from optimizer.cli.main import app

POINTS = "batch_size,service_time_ms\n1,4.1\n2,4.9\n4,6.8\n8,10.5\n16,18.9\n"
NAMES = ("--profile", "bert-base-s128/fp16", "--accelerator", "A10G-24GB", "--as-of", "2026-11-20")
KEY = ("bert-base-s128/fp16", "A10G-24GB", 1)


SCENARIO = """format: fleetopt/scenario/1
name: shop
catalog: [{catalogs}]
locations: [aws/us-east-1]
origins: {{shop: {{at: aws/us-east-1}}}}
services:
  encoder:
    profile: bert-base-s128/fp16
    latency: {{p99_ms: 25}}
    overhead_ms: 4
    demand: {{constant_per_s: {{shop: 900}}}}
"""


def run(*arguments):
    """Run a command of ``profile``."""
    return CliRunner().invoke(app, ["profile", *map(str, arguments)])


@pytest.fixture(autouse=True)
def points(tmp_path, monkeypatch):
    """Measured points in the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.csv").write_text(POINTS, encoding="utf-8")
    return tmp_path


def curve_of(*catalogs):
    """The curve that catalogs have together for what was measured."""
    found = api.load_catalog(list(catalogs)).profiles
    return next(c for c in found if (c.profile, c.accelerator, c.accelerators_per_replica) == KEY)


def test_a_fit_says_error_band_and_what_it_replaces():
    """Each form's leave-one-out error, the band with its reason, a chart, and today's estimate."""
    result = run("fit", "m.csv", *NAMES)
    assert result.exit_code == 0, result.stderr
    for text in (
        "Tried     measured",
        "mean leave-one-out error, each counted as 100 % at most: the least is taken",
        "at least 10 %",
        "two slopes",
        "Band      times or divided by 1.",
        "public-cloud, estimated ±100 %",
        "●",
        "leave-one-out",
    ):
        assert text in result.stdout


@pytest.mark.parametrize(
    ("rows", "options", "told"),
    [
        ("1,3.6 2,5.5 4,7.8 8,15.1 16,20.7", (), ("one slope, fitted", "at most: the least is taken")),
        (
            "1,3.6 2,5.5 4,7.8 8,15.1 16,20.7",
            ("--form", "measured"),
            ("measured: straight between", "another is taken, as asked"),
        ),
        ("1,4 2,5 8,9", (), ("too few points to choose by it", "fewer than four points")),
        ("1,4 2,4 1000,4 100000,1000", (), ("divided by 11.000", "capped: no band is wider")),
    ],
)
def test_a_fit_says_by_which_figure_its_form_was_chosen(points, rows, options, told):
    """The least of the errors shown, unless too few points or the planner decide; a band that is capped says so."""
    (points / "rows.csv").write_text("batch_size,service_time_ms\n" + rows.replace(" ", "\n") + "\n", encoding="utf-8")
    result = run("fit", "rows.csv", *NAMES, *options)
    assert result.exit_code == 0, result.stderr
    page = " ".join(result.stdout.split())
    for text in told:
        assert text in page, page


def test_a_catalog_is_written_that_overrides_in_any_order():
    """What was measured wins over the estimate of the shipped catalog, first or last; the band is the fit's."""
    assert run("fit", "m.csv", *NAMES, "--into", "measured").exit_code == 0
    fitted = api.fit_profile(["m.csv"], _asked()).curves[0]
    for order in (("public-cloud", "measured"), ("measured", "public-cloud")):
        curve = curve_of(*order)
        assert curve.error_band == fitted.error_band < 1.0
        assert curve.service_s == pytest.approx(fitted.service_s, rel=1e-5)
        assert curve.source.as_of == "2026-11-20"


def test_an_estimate_that_gives_way_is_told(points):
    """Whoever names the catalogs the other way round hears that an estimate did not override."""
    run("fit", "m.csv", *NAMES, "--into", "measured")
    scenario = SCENARIO.format(catalogs="measured, public-cloud")
    (points / "shop.yaml").write_text(scenario, encoding="utf-8")
    warnings = api.load_scenario("shop.yaml").warnings
    told = "1 estimated profiles do not override measured ones of earlier catalogs (bert-base-s128 fp16 A10G-24GB 1)"
    assert any(told in warning for warning in warnings)


def test_a_second_fit_replaces_its_own_curve_and_keeps_the_others(points):
    """The folder collects curves; description and rows of other curves stay."""
    run("fit", "m.csv", *NAMES, "--into", "measured")
    description = points / "measured" / "catalog.yaml"
    description.write_text(description.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    run("fit", "m.csv", *NAMES[:3], "L4-24GB", *NAMES[4:], "--into", "measured")
    (points / "m.csv").write_text(POINTS.replace("18.9", "30"), encoding="utf-8")
    result = run("fit", "m.csv", *NAMES, "--form", "measured", "--into", "measured")
    assert "1 of them in the place of one that was there" in result.stderr
    rows = list(csv.DictReader(io.StringIO((points / "measured" / "profiles.csv").read_text(encoding="utf-8"))))
    assert [(row["accelerator"], row["batch_size"]) for row in rows if row["batch_size"] == "16"] == [
        ("L4-24GB", "16"),
        ("A10G-24GB", "16"),
    ]
    assert curve_of("public-cloud", "measured").service_s[-1] == pytest.approx(0.030)
    assert description.read_text(encoding="utf-8").endswith("# mine\n")


def test_rows_of_profiles_csv_on_request(points):
    """By format, or by the ending of -o; columns are those of a catalog's file."""
    printed = run("fit", "m.csv", *NAMES, "--format", "csv").stdout
    run("fit", "m.csv", *NAMES, "-o", "profiles.csv")
    assert (points / "profiles.csv").read_text(encoding="utf-8") == printed
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert len(rows) == 5
    assert {row["basis"] for row in rows} <= {"measured", "fitted"}


def test_json_holds_every_point(points):
    """Curves, left-out predictions and rows that were left out."""
    (points / "m.csv").write_text(POINTS + "16,19.0\n", encoding="utf-8")
    document = json.loads(run("fit", "m.csv", *NAMES, "--format", "json").stdout)
    (curve,) = document["curves"]
    assert [point["batch_items"] for point in curve["measured"]["points"]] == [1, 2, 4, 8, 16]
    assert len(curve["left_out"]) == 5
    assert [row["rejected"] for row in document["left_out_rows"]] == [False]


def test_estimates_are_made_where_the_measured_one_is_nearest(points):
    """An H100 is the base of the B200, which is more like it than the A100, not of the L4; of a new model, of all."""
    names = [*NAMES[:3], "H100-SXM-80GB", *NAMES[4:]]
    document = json.loads(run("fit", "m.csv", *names, "--estimate", "--format", "json").stdout)
    near = {"B200-SXM-180GB", "B300-SXM-270GB", "H100-NVL-94GB", "H200-SXM-141GB"}
    assert {one["accelerator"] for one in document["estimates"]} == near
    names = ["--profile", "new-model/fp16", *NAMES[2:]]
    result = run("fit", "m.csv", *names, "--estimate", "--format", "json")
    estimated = {one["accelerator"] for one in json.loads(result.stdout)["estimates"]}
    assert {"T4-16GB", "B200-SXM-180GB"} <= estimated
    assert not estimated & {"A10G-24GB", "TPU-v5e"}
    assert '"new-model" is not among the served models of catalog public-cloud' in result.stderr


def test_rejected_rows_stop_the_fit_unless_they_are_skipped(points):
    """Exit 1 and nothing written; with --skip-rejected the page lists them."""
    (points / "m.csv").write_text(POINTS + "32,9\n64,NaN\n", encoding="utf-8")
    result = run("fit", "m.csv", *NAMES, "--into", "measured")
    assert result.exit_code == 1
    assert "m.csv:8 service_time_ms: not a number" in result.stderr
    assert not (points / "measured").exists()
    (points / "m.csv").write_text(POINTS + "32,9\n", encoding="utf-8")
    assert "m.csv:7: service time falls" in run("fit", "m.csv", *NAMES).stderr
    result = run("fit", "m.csv", *NAMES, "--skip-rejected")
    assert result.exit_code == 0
    assert "Left out" in result.stdout


@pytest.mark.parametrize(
    ("into", "told"),
    [
        ("m.csv", "m.csv: is no folder"),
        ("none/measured", "folder none does not exist"),
        (str(api.shipped_catalogs()["public-cloud"]), "comes with fleetopt"),
    ],
)
def test_a_folder_that_cannot_take_curves_is_told_first(into, told):
    """A file, no parent, or a catalog that comes along."""
    result = run("fit", "m.csv", *NAMES, "--into", into)
    assert (result.exit_code, told in result.stderr) == (1, True)


def test_show_lists_every_accelerator_with_basis_rate_and_price():
    """Measured ones first and drawn; the rate is batch / time, the price that of an hour over the items of an hour."""
    document = json.loads(run("show", "bert-base-s128/fp16", "--format", "json").stdout)
    t4 = next(curve for curve in document["curves"] if curve["accelerator"] == "T4-16GB")
    rate = max(k / s for k, s in zip(t4["batch_items"], t4["service_s"], strict=True))
    assert t4["cost"]["per_million_items"] == pytest.approx(t4["cost"]["price_per_hour"] / 3600 / rate * 1e6)
    text = run("show", "bert-base-s128/fp16").stdout
    assert text.index("A100-SXM-80GB ") < text.index("B300-SXM-270GB ")
    assert "bert-base-s128/fp16 on 1 x T4-16GB, measured" in text
    assert "on 1 x L4-24GB" not in text
    assert "on 1 x L4-24GB, estimated" in run("show", "bert-base-s128/fp16", "--accelerator", "L4-24GB").stdout


def test_show_without_a_name_lists_the_profiles():
    """Six of the shipped catalog, and how to look closer."""
    text = run("show").stdout
    assert text.startswith("6 profiles · catalog public-cloud")
    assert "fleetopt profile show bert-6l-768-s384/fp16" in text


def test_show_refuses_unknown_names():
    """Both at once, each with the likeliest name."""
    result = run("show", "bert-base-s128/fp61", "--accelerator", "L4-24G")
    assert result.exit_code == 1
    assert "Did you mean bert-base-s128/fp16?" in result.stderr
    assert "Did you mean L4-24GB?" in result.stderr


def test_show_lays_catalogs_over_each_other():
    """After a fit the measured curve stands in the place of the estimate."""
    run("fit", "m.csv", *NAMES, "--into", "measured")
    result = run("show", KEY[0], "--accelerator", KEY[1], "--catalog", "public-cloud", "--catalog", "measured")
    assert "measured, m.csv" in result.stdout
    assert "estimated ±100 %" not in result.stdout


def _asked():
    from optimizer.inputs.measurements import MeasurementAsked

    return MeasurementAsked(KEY[0], KEY[1], as_of="2026-11-20")
