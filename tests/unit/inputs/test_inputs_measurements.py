"""Measurement files as people have them: what is read of each kind, and what is refused, with place and reason."""

from __future__ import annotations

from itertools import pairwise

import pytest

from optimizer.errors import InputError
from optimizer.inputs.measurements import MeasurementAsked, read_measurements
from optimizer.inputs.measurements.consistency import MOST_DEARER
from tests.support.measurements import read_all

ASKED = MeasurementAsked("bert-base-s128/fp16", "A10G-24GB", as_of="2026-11-20")

PERF = """\
Concurrency,Inferences/Second,Client Send,Network+Server Send/Recv,Server Queue,Server Compute Input,\
Server Compute Infer,Server Compute Output,Client Recv,p50 latency,p90 latency,p95 latency,p99 latency
1,{rate},225,{network},64,206,{infer},19,0,13891,14795,{p95},{p99}
4,{many},279,1604,33669,233,{infer},18,1,47045,56545,59225,64886
"""
ANALYZER = """\
Model,Batch,Concurrency,Model Config Path,Instance Group,Max Batch Size,Satisfies Constraints,\
Throughput (infer/sec),Avg Latency (ms),p99 Latency (ms)
bert,1,1,bert_config_0,1:GPU,8,Yes,195.0,5.1,5.6
bert,1,2,bert_config_0,1:GPU,8,Yes,200.0,10.0,11.0
bert,8,1,bert_config_0,1:GPU,8,Yes,400.0,20.0,21.0

"""
SINGLE = """\
================================================
MLPerf Results Summary
================================================
SUT name : PySUT
Scenario : {scenario}
Mode     : PerformanceOnly
90.0th percentile latency (ns) : 5640400
Result is : {result}
  Min duration satisfied : Yes

================================================
Additional Stats
================================================
Samples per second: 800
Min latency (ns)                : 5000000
Mean latency (ns)               : {mean}
50.00 percentile latency (ns)   : 5400000
95.00 percentile latency (ns)   : {p95}
99.00 percentile latency (ns)   : {p99}

================================================
Test Parameters Used
================================================
samples_per_query : {samples}
"""


def write(folder, name, text):
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(folder, text, asked=ASKED, **options):
    """Read one file of a text."""
    return read_measurements([write(folder, "m.csv", text)], asked, **options)


def refused(folder, text, asked=ASKED):
    """Lines of the error that a text gives, without the folder."""
    with pytest.raises(InputError) as error:
        read(folder, text, asked)
    return [str(fault).replace(f"{folder}/", "") for fault in error.value.faults]


@pytest.mark.parametrize(("unit", "times"), [("s", (0.004, 0.016)), ("ms", (4, 16)), ("us", (4000, 16000))])
def test_plain_files_say_their_unit_in_the_column(tmp_path, unit, times):
    """The same two points in seconds, milliseconds and microseconds are the same curve."""
    (curve,) = read(tmp_path, f"batch_size,service_time_{unit}\n8,{times[1]}\n1,{times[0]}\n").curves
    assert curve.batch_items == [1, 8]
    assert curve.service_s == pytest.approx([0.004, 0.016])
    assert curve.key == ("bert-base-s128", "fp16", "A10G-24GB", 1)


def test_columns_win_over_options_and_part_a_file_into_curves(tmp_path):
    """A file may hold several accelerators; the oldest day and the largest host of a curve count."""
    text = (
        "accelerator,batch_size,service_time_ms,as_of,min_vcpu\n"
        "T4-16GB,1,10,2026-11-02,4\nT4-16GB,8,20,2026-11-01,8\nL4-24GB,1,5,2026-11-03,\nL4-24GB,8,9,2026-11-03,\n"
    )
    first, second = read(tmp_path, text).curves
    assert (first.accelerator, first.as_of, first.min_vcpu) == ("T4-16GB", "2026-11-01", 8)
    assert (second.accelerator, second.service_s) == ("L4-24GB", [0.005, 0.009])


def test_throughput_alone_is_a_time(tmp_path):
    """One batch at a time: batch / throughput."""
    (curve,) = read(tmp_path, "batch_size,throughput_per_s\n1,250\n8,500\n").curves
    assert curve.service_s == pytest.approx([0.004, 0.016])


def test_batches_that_scatter_are_planned_at_their_95th_percentile(tmp_path):
    """Above 5 % over the mean the percentile is planned with, else the mean; noise is p99 over mean."""
    text = "batch_size,latency_avg_ms,latency_p95_ms,latency_p99_ms\n1,4,4.1,4.4\n8,10,11,15\n"
    (curve,) = read(tmp_path, text).curves
    assert curve.service_s == pytest.approx([0.004, 0.010])
    assert curve.planned_s == pytest.approx([0.004, 0.011])
    assert [point.noise for point in curve.points] == pytest.approx([1.1, 1.5])


def test_perf_analyzer_files_are_one_batch_size_each(tmp_path):
    """Times are microseconds, the parts of the mean add up to it, and only one batch at a time is a service time."""
    one = write(tmp_path, "b1.csv", PERF.format(rate=69.2, network=2148, infer=11781, many=84, p95=14900, p99=15018))
    eight = write(tmp_path, "b8.csv", PERF.format(rate=250, network=2148, infer=29338, many=300, p95=32200, p99=34000))
    asked = MeasurementAsked("bert-base-s128/fp16", "A10G-24GB", as_of="2026-11-20", batch_sizes=(1, 8))
    found = read_measurements([one, eight], asked)
    (curve,) = found.curves
    assert curve.batch_items == [1, 8]
    assert curve.service_s == pytest.approx([0.014443, 0.032000])
    assert curve.points[0].noise == pytest.approx(15018 / 14443)
    assert [row.where for row in found.left_out] == [f"{one}:3", f"{eight}:3"]
    assert all("4 batches at once" in row.reason and not row.rejected for row in found.left_out)


def test_perf_analyzer_files_do_not_say_their_batch_size(tmp_path):
    """Without --batch-size they cannot be read; as many are needed as files."""
    text = PERF.format(rate=69.2, network=2148, infer=11781, many=84, p95=14900, p99=15018)
    (fault,) = refused(tmp_path, text)
    assert fault.startswith("m.csv: does not say the batch size")
    (fault,) = refused(tmp_path, text, MeasurementAsked("m/fp16", "T4-16GB", as_of="2026", batch_sizes=(1, 2)))
    assert fault.startswith("--batch-size: must be given once, or once for each file (found 2 for 1 file)")


def test_model_analyzer_tables_hold_batch_and_concurrency(tmp_path):
    """Milliseconds; rows with more than one request under way are left out; two models are two files."""
    found = read(tmp_path, ANALYZER)
    (curve,) = found.curves
    assert (curve.batch_items, curve.service_s) == ([1, 8], pytest.approx([0.0051, 0.020]))
    assert [row.where.rpartition(":")[2] for row in found.left_out] == ["3"]
    (fault,) = refused(tmp_path, ANALYZER.replace("bert,8", "dlrm,8"))
    assert fault.startswith("m.csv: holds several models (found bert, dlrm)")


def test_mlperf_streams_are_service_times(tmp_path):
    """SingleStream is one sample, MultiStream as many as its parameters say; nanoseconds."""
    single = SINGLE.format(scenario="SingleStream", result="VALID", mean=5000000, p95=5100000, p99=5500000, samples=1)
    multi = SINGLE.format(scenario="MultiStream", result="VALID", mean=16000000, p95=16100000, p99=17000000, samples=8)
    paths = [write(tmp_path, "single.txt", single), write(tmp_path, "multi.txt", multi)]
    (curve,) = read_measurements(paths, ASKED).curves
    assert (curve.batch_items, curve.service_s) == ([1, 8], pytest.approx([0.005, 0.016]))


def test_mlperf_offline_needs_its_batch_size_and_server_is_no_service_time(tmp_path):
    """Offline: batch / samples per second. Server, invalid runs and runs for accuracy are left out with the reason."""
    filled = {"mean": 5000000, "p95": 5100000, "p99": 5500000, "samples": 1}
    single = write(tmp_path, "single.txt", SINGLE.format(scenario="SingleStream", result="VALID", **filled))
    offline = write(tmp_path, "offline.txt", SINGLE.format(scenario="Offline", result="VALID", **filled))
    server = write(tmp_path, "server.txt", SINGLE.format(scenario="Server", result="VALID", **filled))
    invalid = write(tmp_path, "invalid.txt", SINGLE.format(scenario="SingleStream", result="INVALID", **filled))
    with pytest.raises(InputError, match="Offline run, which does not say its batch size"):
        read_measurements([single, offline], ASKED)
    asked = MeasurementAsked("m/fp16", "T4-16GB", as_of="2026", batch_sizes=(1, 32, 1, 1))
    found = read_measurements([single, offline, server, invalid], asked)
    (curve,) = found.curves
    assert (curve.batch_items, curve.service_s) == ([1, 32], pytest.approx([0.005, 32 / 800]))
    assert [row.reason for row in found.left_out] == [
        "the Server scenario is latency under load, not the time of one batch",
        "LoadGen calls the run INVALID",
    ]


def test_figures_that_do_not_fit_each_other_are_refused_one_by_one(tmp_path):
    """Every row with its line: throughput against time, a unit that is off by a thousand, percentiles upside down."""
    text = (
        "batch_size,service_time_ms,throughput_per_s,latency_p95_ms,latency_p99_ms\n"
        "1,4,250,,\n2,5,700,,\n4,0.006,666,,\n8,10,800,12,11\n16,18,880,,\n"
    )
    assert refused(tmp_path, text) == [
        "m.csv:3: batch, time and throughput do not fit: 700 items/s x 5 ms is 3.5 items where the batch is 2. "
        "Correct the row or measure again; --skip-rejected fits without it.",
        "m.csv:4: batch, time and throughput do not fit: 666 items/s x 0.006 ms is 0.003996 items where the batch is "
        "4, off by about a thousand: one of them is in another unit. "
        "Correct the row or measure again; --skip-rejected fits without it.",
        "m.csv:5: the 99th percentile (11 ms) is below the 95th (12 ms). "
        "Correct the row or measure again; --skip-rejected fits without it.",
    ]
    found = read(tmp_path, text, skip_rejected=True)
    assert found.curves[0].batch_items == [1, 16]
    assert [row.rejected for row in found.left_out] == [True, True, True]


def test_repeated_runs_count_the_slowest_unless_they_disagree(tmp_path):
    """Within 7 % the slowest is taken; beyond, none of them, each row with the others' lines."""
    same = "batch_size,service_time_ms\n1,4\n1,4.2\n8,10\n"
    found = read(tmp_path, same)
    assert found.curves[0].service_s == pytest.approx([0.0042, 0.010])
    assert [row.where.rpartition(":")[2] for row in found.left_out] == ["2"]
    faults = refused(tmp_path, same.replace("4.2", "5"))
    assert [fault.split(" ", 1)[0] for fault in faults] == ["m.csv:2:", "m.csv:3:", "m.csv:4:"]
    assert "batch 1 was measured 2 times and differs (line 2 of m.csv: 4 ms, line 3 of m.csv: 5 ms)" in faults[0]


def test_service_times_that_fall_are_refused_and_dips_are_raised(tmp_path):
    """The one row that contradicts most others is named; 3 % less is noise and becomes the smaller batch's time."""
    text = "batch_size,service_time_ms\n1,4\n2,9\n4,6\n8,7\n16,6.8\n"
    (fault,) = refused(tmp_path, text)
    assert fault.startswith("m.csv:3: service time falls: batch 4 takes 6 ms, batch 2 9 ms (line 4 of m.csv).")
    (curve,) = read(tmp_path, text, skip_rejected=True).curves
    assert curve.service_s == pytest.approx([0.004, 0.006, 0.007, 0.007])
    assert curve.points[-1].raised_from_s == pytest.approx(0.0068)


def test_service_times_that_rise_too_far_are_refused(tmp_path):
    """Milliseconds and then microseconds, or seconds first: the rows that fit fewest others, with line and reason."""
    text = "batch_size,service_time_ms\n1,4.1\n2,4.7\n4,6800\n8,10500\n"
    correct = "Correct the row or measure again; --skip-rejected fits without it."
    assert refused(tmp_path, text) == [
        "m.csv:4: service time rises too far: batch 4 takes 6800 ms, batch 2 4.7 ms (line 3 of m.csv), "
        f"723 times as long for an item: one of them is in another unit. {correct}",
        "m.csv:5: service time rises too far: batch 8 takes 10,500 ms, batch 2 4.7 ms (line 3 of m.csv), "
        f"559 times as long for an item: one of them is in another unit. {correct}",
    ]
    assert read(tmp_path, text, skip_rejected=True).curves[0].batch_items == [1, 2]
    (fault,) = refused(tmp_path, "batch_size,service_time_ms\n1,0.0041\n2,4.7\n4,6.8\n8,10.5\n")
    assert fault.startswith("m.csv:2: service time rises too far: batch 2 takes 4.7 ms, batch 1 0.0041 ms (line 3 of")


@pytest.mark.parametrize(("last_ms", "fits"), [(239, True), (241, False)])
def test_an_item_takes_up_to_thirty_times_as_long_in_the_next_batch(tmp_path, last_ms, fits):
    """Four milliseconds for one item, just below or above 240 for two: a batch that spills, or a wrong unit."""
    text = f"batch_size,service_time_ms\n1,4\n2,{last_ms}\n"
    if fits:
        assert read(tmp_path, text).curves[0].batch_items == [1, 2]
    else:
        assert "241 ms, batch 1 4 ms (line 2 of m.csv), 30 times as long for an item." in refused(tmp_path, text)[-1]


def test_a_batch_that_outgrows_the_memory_is_no_wrong_unit(tmp_path):
    """From batch 64 on every batch takes several times as long: a step that the next row confirms."""
    rows = "1,5\n2,6\n4,8\n8,13\n16,24\n32,46\n64,400\n128,800\n"
    assert len(read(tmp_path, f"batch_size,service_time_ms\n{rows}").curves[0].batch_items) == 8


def test_no_published_curve_rises_half_as_far_as_is_refused():
    """Time for each item between neighbouring batches of every published curve, as the limit's reason says."""
    curves = [curve for data_set in read_all().values() for curve in data_set.curves]
    each = [[s / k for k, s in zip(curve.batch_items, curve.service_s, strict=True)] for curve in curves]
    rises = [large / small for times in each for small, large in pairwise(times)]
    assert (len(curves), len(rises), sum(rise > 1.0 for rise in rises)) == (126, 473, 31)
    assert max(rises) == pytest.approx(1.548, abs=0.001)
    assert max(rises) < MOST_DEARER / 1.9
    left_out = [row.reason for data_set in read_all().values() for row in data_set.left_out]
    assert not [reason for reason in left_out if "rises too far" in reason]


def test_cells_and_headers_are_told_all_at_once(tmp_path):
    """NaN, text, a unit in a cell, a batch of no size, an unknown column: each with its place, nothing mended."""
    text = "batch_size,service_time_ms,colour\n1,NaN,r\n2,fast,r\n4,6 ms,r\n0,7,r\n8.5,7,r\n16,-3,r\n32,,r\n"
    header, *cells = refused(tmp_path, text)
    assert header.startswith('m.csv:1 colour: unknown column (found "colour").')
    assert cells == [
        'm.csv:2 service_time_ms: not a number (found "NaN"). Give a finite number.',
        'm.csv:3 service_time_ms: not a number (found "fast"). Write a plain number, such as 12.5.',
        'm.csv:4 service_time_ms: not a number (found "6 ms"). Write 6, the unit is in the name.',
        "m.csv:5 batch_size: must be at least 1 (found 0). Correct the value, or delete the row.",
        "m.csv:6 batch_size: must be a whole number (found 8.5). Write 8.",
        "m.csv:7 service_time_ms: must be above 0 (found -3). Correct the value, or delete the row.",
        "m.csv:8 service_time_ms: has no value. Give one, or delete the row.",
    ]


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("batch_size,service_time_ms\n", "m.csv:1: has a header and no rows."),
        ("", "m.csv: is empty."),
        ("service_time_ms\n4\n5\n", "m.csv:1 batch_size: column is missing (found service_time_ms)."),
        ("batch_size,accelerator\n1,T4-16GB\n", "m.csv:1: has no column of times (found accelerator, batch_size)."),
        ("batch_size,service_time_ms,service_time_s\n1,4,0.004\n2,5,0.005\n", "m.csv:1: gives one time in two columns"),
        ("batch_size,latency_avg_ms,service_time_us\n1,4,4000\n2,5,5000\n", "m.csv:1: gives one time in two columns"),
        ("a,b\n1,2\n", "m.csv:1: is no measurement file that is known (found the columns a, b). Known by: plain CSV:"),
        ("Request Rate,Inferences/Second\n10,10\n", "m.csv:1: was run at request rates, where batches wait"),
        (
            "batch_size,service_time_ms\n8,10\n",
            "m.csv:2: a curve needs two batch sizes, bert-base-s128/fp16 on A10G-24GB has only batch 8.",
        ),
        (
            "batch_size,service_time_ms,concurrency\n1,10,1\n8,40,4\n",
            "m.csv:2: a curve needs two batch sizes, bert-base-s128/fp16 on A10G-24GB has only batch 1 "
            "(4 batches at once wait for each other: not the time of one).",
        ),
        (SINGLE.replace("{scenario}", "Sprint"), "m.csv:5: no scenario of MLPerf (found Sprint)."),
        (
            SINGLE.format(scenario="SingleStream", result="VALID", mean="nan", p95=1, p99=1, samples=1),
            "m.csv:16 Mean latency (ns): must be a number above 0 (found nan).",
        ),
    ],
)
def test_wrong_files_say_where_and_why(tmp_path, text, begins):
    """Missing columns, mixed units, one point, another tool's file: the one fault with its place."""
    faults = refused(tmp_path, text)
    assert len(faults) == 1
    assert faults[0].startswith(begins)


def test_what_no_file_says_must_be_asked(tmp_path):
    """Profile, accelerator and day are needed; an option that cannot be meant is told as such."""
    text = "batch_size,service_time_ms\n1,4\n8,10\n"
    assert [fault.split(":", 1)[0] for fault in refused(tmp_path, text, MeasurementAsked())] == [
        "--profile",
        "--accelerator",
        "--as-of",
    ]
    faults = refused(tmp_path, text, MeasurementAsked("bert", "T4-16GB", as_of="20.11.2026"))
    assert faults[0].startswith('--profile: must be served-model/precision (found "bert").')
    assert faults[1].startswith('--as-of: not a date (found "20.11.2026").')
