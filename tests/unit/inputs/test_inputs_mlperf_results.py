"""Tables of MLPerf results: which are times of a batch, why others are none, and what a file must hold."""

from __future__ import annotations

import pytest

from optimizer.errors import InputError
from optimizer.inputs.measurements import MeasurementAsked, read_measurements

ASKED = MeasurementAsked("resnet50/int8", "A2-16GB", as_of="2022-09", batch_sizes=(64,))
#: As the data of the results page have it, edge, with two rows of power.
PAGE = """\
Public ID,Organization,Availability,System Name (click + for details),# of Nodes,Accelerator,# of Accelerators,Model,\
Scenario1,Units1,Result
2.1-0085,NVIDIA,available,"R750xa (1x A2, TensorRT)",1,NVIDIA A2,1,ResNet,SingleStream,Latency (ms),0.73
2.1-0085,NVIDIA,available,"R750xa (1x A2, TensorRT)",1,NVIDIA A2,1,ResNet,MultiStream,Latency (ms),3.02
2.1-0085,NVIDIA,available,"R750xa (1x A2, TensorRT)",1,NVIDIA A2,1,ResNet,Offline,Samples/s,3100.5
2.1-0085,NVIDIA,available,"R750xa (1x A2, TensorRT)",1,NVIDIA A2,1,ResNet,Offline,Watts,95.1
2.1-0085,NVIDIA,available,"R750xa (1x A2, TensorRT)",1,NVIDIA A2,1,ResNet,SingleStream,Joules/Stream,0.05
"""
#: As the submission checker writes `summary.csv`, datacentre, other columns left out.
CHECKER = (
    "Organization,Availability,Division,SystemType,SystemName,Platform,Model,MlperfModel,Scenario,Result,Accuracy,"
    "number_of_nodes,host_processor_model_name,accelerator_model_name,accelerators_per_node,version,inferred,has_power,"
    "Units\n"
)
ROW = (
    "Lab,available,closed,edge,box,p,rn50,resnet,{scenario},{result},acc: 75.9,{nodes},x,A2,{count},v4.1,{inferred},0,"
    "{units}\n"
)


def _write(folder, text):
    path = folder / "results.csv"
    path.write_text(text, encoding="utf-8")
    return path


def _read(folder, text, asked=ASKED, **options):
    return read_measurements([_write(folder, text)], asked, **options)


def _row(scenario="Offline", result="1000", units="Samples/s", count=1, nodes=1, inferred=0):
    return ROW.format(scenario=scenario, result=result, units=units, count=count, nodes=nodes, inferred=inferred)


SINGLE, MULTI = _row("SingleStream", "1.5", "Latency (ms)"), _row("MultiStream", "5", "Latency (ms)")


def test_the_data_of_the_results_page_make_a_curve(tmp_path):
    """One sample, a query of eight, and Offline of the batch that is said; power is left out, with its line."""
    found = _read(tmp_path, PAGE)
    (curve,) = found.curves
    assert (curve.batch_items, curve.service_s) == ([1, 8, 64], pytest.approx([0.00073, 0.00302, 64 / 3100.5]))
    assert [(row.where.rpartition(":")[2], row.reason) for row in found.left_out] == [
        ("5", "is power or energy, no time"),
        ("6", "is power or energy, no time"),
    ]
    assert curve.source.startswith("MLPerf Inference, NVIDIA, R750xa (1x A2, TensorRT); ")


def test_the_table_of_the_submission_checker_is_read_too(tmp_path):
    """The benchmark is MLPerf's name of it, not the submitter's; the source names round, submitter and system."""
    (curve,) = _read(tmp_path, CHECKER + SINGLE + _row()).curves
    assert (curve.batch_items, curve.service_s) == ([1, 64], pytest.approx([0.0015, 0.064]))
    assert curve.source.startswith("MLPerf Inference, v4.1, Lab, box; ")


def test_offline_of_several_replicas_is_an_equal_part_for_each(tmp_path):
    """Eight accelerators, replicas of two: a quarter of the rate."""
    asked = MeasurementAsked("m/fp16", "A2-16GB", accelerators_per_replica=2, as_of="2025", batch_sizes=(64,))
    text = CHECKER + _row("SingleStream", "1.5", "Latency (ms)", count=2) + _row(result="4000", count=8)
    (curve,) = _read(tmp_path, text, asked).curves
    assert curve.service_s == pytest.approx([0.0015, 64 / 1000.0])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (_row("Server", "900", "Queries/s"), "the Server scenario is latency under load"),
        (_row("Interactive", "900", "Tokens/s"), "the Interactive scenario is latency under load"),
        (_row(units="Tokens/s"), "counts tokens of many requests"),
        (_row(result=""), "has no result"),
        (_row(inferred=1), "was inferred from another scenario"),
        (_row(nodes=4), "is of 4 nodes"),
        (_row(count=0), "without accelerators"),
        (_row(count=""), "without accelerators"),
        (_row("SingleStream", "0.7", "Latency (ms)", count=8), "one query at a time on 8 accelerators"),
    ],
)
def test_what_is_no_time_of_a_batch_is_left_out_with_its_line_and_reason(tmp_path, row, reason):
    """The others are fitted as if it were not there."""
    found = _read(tmp_path, CHECKER + SINGLE + row + MULTI)
    assert found.curves[0].batch_items == [1, 8]
    (left,) = found.left_out
    assert left.where.endswith("results.csv:3")
    assert left.reason.startswith(reason) or reason in left.reason


def test_accelerators_that_make_no_whole_replicas_are_left_out(tmp_path):
    """Three accelerators are no replicas of two."""
    asked = MeasurementAsked("m/fp16", "A2-16GB", accelerators_per_replica=2, as_of="2025", batch_sizes=(64,))
    pair = _row("SingleStream", "1.5", "Latency (ms)", count=2) + _row("MultiStream", "5", "Latency (ms)", count=2)
    (left,) = _read(tmp_path, CHECKER + pair + _row(count=3), asked).left_out
    assert left.reason == "3 accelerators are no whole number of replicas of 2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CHECKER.replace(",Units", "") + SINGLE[: SINGLE.rindex(",")] + "\n", r"results.csv:1: has no column Units or"),
        (CHECKER.replace("accelerators_per_node", "x1") + SINGLE, r"has no column # of Accelerators or acc"),
        (CHECKER + SINGLE + _row(result="NaN"), r"results.csv:3 Result: not a number .found .NaN"),
        (CHECKER + SINGLE + _row(result="0"), r"results.csv:3 Result: must be above 0"),
        (CHECKER + SINGLE + _row(result="-5"), r"results.csv:3 Result: must be above 0"),
        (CHECKER + SINGLE + _row(result='"27,803.90"'), r"results.csv:3 Result: not a number .* 27803.90"),
        (CHECKER + SINGLE + _row(count="1.5"), r"results.csv:3 accelerators_per_node: must be a whole number"),
        (CHECKER + SINGLE + _row(units="Queries/s"), r"results.csv:3 Units: Offline must be in Samples/s .found .Quer"),
        (
            CHECKER + SINGLE + _row("MultiStream", "5", "Latency (s)"),
            r"csv:3 Units: MultiStream must be in Latency .ms",
        ),
        (CHECKER + SINGLE + _row("Burst"), r"results.csv:3 Scenario: no scenario of MLPerf Inference .found .Burst"),
        (CHECKER + SINGLE, r"a curve needs two batch sizes, resnet50/int8 on A2-16GB has only batch 1"),
        (CHECKER + _row("Server", "900", "Queries/s"), r"has none .the Server scenario is latency under load"),
        (CHECKER + SINGLE + MULTI.replace("resnet", "bert"), r"results of several benchmarks .found bert, resnet"),
        (CHECKER + SINGLE + MULTI.replace(",A2,", ",L4,"), r"results of several accelerators .found A2, L4"),
        (CHECKER + SINGLE + MULTI.replace(",box,", ",rack,"), r"results of several systems .found box, rack"),
        (CHECKER + SINGLE + MULTI.replace("Lab,", "Shop,"), r"results of several submitters .found Lab, Shop"),
        (CHECKER + SINGLE + MULTI.replace("v4.1", "v5.0"), r"results of several rounds .found v4.1, v5.0"),
        (CHECKER, r"has a header and no rows"),
        ("Benchmark,,\nx,Avg. Result at System Name,3\n", r"results.csv:1: is a crosstab of MLPerf results"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(tmp_path, text, message):
    """Missing columns, mixed units, no number, one point, several curves in one."""
    with pytest.raises(InputError, match=message):
        _read(tmp_path, text)


def test_offline_alone_and_without_a_batch_size_is_no_curve(tmp_path):
    """As of summaries: the size must be said; one size is one point."""
    with pytest.raises(InputError, match=r"results.csv:2: is an Offline result, .* Give --batch-size"):
        _read(tmp_path, CHECKER + _row() + SINGLE, MeasurementAsked("m/fp16", "A2-16GB", as_of="2025"))
    with pytest.raises(InputError, match=r"a curve needs two batch sizes, .* has only batch 64"):
        _read(tmp_path, CHECKER + _row())


def test_results_that_differ_are_rejected_as_any_rows_are(tmp_path):
    """Offline twice, by more than two runs differ."""
    with pytest.raises(InputError, match="batch 64 was measured 2 times and differs"):
        _read(tmp_path, CHECKER + SINGLE + _row() + _row(result="1500"))
    found = _read(tmp_path, CHECKER + SINGLE + MULTI + _row() + _row(result="1500"), skip_rejected=True)
    assert found.curves[0].batch_items == [1, 8]


def test_another_file_and_a_table_make_one_curve(tmp_path):
    """Files of several kinds add up, each with its batch size."""
    plain = tmp_path / "plain.csv"
    plain.write_text("batch_size,service_time_ms\n2,2.0\n", encoding="utf-8")
    found = read_measurements([plain, _write(tmp_path, CHECKER + SINGLE + MULTI)], ASKED)
    assert found.curves[0].batch_items == [1, 2, 8]
