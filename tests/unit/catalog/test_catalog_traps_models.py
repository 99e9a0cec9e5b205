"""Each way in which the collected measurements would have produced a wrong plan, held off in the committed curves."""

from __future__ import annotations

from collections import defaultdict

import pytest

MEASURED = {
    "bert-6l-768-s384": {"T4-16GB", "V100-32GB", "A100-SXM-80GB"},
    "bert-base-s128": {"T4-16GB", "V100-16GB", "V100-32GB", "A100-SXM-80GB"},
    "dcnv2-criteo-4b": {"T4-16GB", "A100-SXM-80GB"},
    "dlrm-criteo-4b": {"T4-16GB", "A100-SXM-80GB"},
}
#: Accelerators that are sold and have no curve: the measured software does not run on them.
OTHER_SOFTWARE = {"MI300X-192GB", "TPU-v5e", "TPU-v6e"}


@pytest.fixture(scope="module")
def curves(rows):
    """Rows of each curve by model, precision and accelerator."""
    found = defaultdict(list)
    for row in rows("profiles"):
        found[row["served_model"], row["precision"], row["accelerator"]].append(row)
    return found


def test_no_precision_is_named_that_nobody_measured(curves):
    """Curves are fp16 or fp32; there is no int8 curve of any batch model."""
    assert {(model, precision) for model, precision, _ in curves} == {
        ("bert-6l-768-s384", "fp16"),
        ("bert-base-s128", "fp16"),
        ("dcnv2-criteo-4b", "fp16"),
        ("dcnv2-criteo-4b", "fp32"),
        ("dlrm-criteo-4b", "fp16"),
        ("dlrm-criteo-4b", "fp32"),
    }


def test_models_of_one_name_are_not_mixed(curves):
    """Sequence lengths 128 and 384 and the 4B and 22B rankers share names in the data: each curve is one of them."""
    t4 = curves["bert-base-s128", "fp16", "T4-16GB"]
    assert [row["batch_size"] for row in t4] == ["1", "2", "4", "8"]
    assert t4[-1]["service_time_s"] == "0.01502"  # sequence length 384 takes 41.53 ms, TensorFlow 1 33.07 ms
    # the 22B model takes 66.14 ms
    assert curves["dlrm-criteo-4b", "fp16", "T4-16GB"][-1]["service_time_s"] == "0.061946"


def test_unusable_and_share_alike_models_stay_out(rows):
    """Wide&Deep (mixed precision, nothing between 1 and 2,048 candidates) and language models are no profiles here."""
    models = {row["served_model"] for row in rows("served_models")}
    assert models == MEASURED.keys()
    assert {row["task"] for row in rows("served_models")} == {"encoder", "ranking"}
    sources = {row["source"].partition(";")[0] for row in rows("profiles") if row["basis"] == "measured"}
    assert all(source.startswith("NVIDIA/DeepLearningExamples@7299639") for source in sources)
    assert not any("WideAndDeep" in source for source in sources)


def test_candidates_set_the_range_of_requests(curves):
    """Ranking curves reach from 256 to 32,768 candidates: 400 a request is in range from 1 to 81 requests a batch."""
    for (model, _, _), points in curves.items():
        if "criteo" in model:
            sizes = [int(row["batch_size"]) for row in points]
            assert sizes == [256 * 2**i for i in range(8)]
            assert min(sizes) <= 400
            assert 81 * 400 <= max(sizes) < 82 * 400


def test_tables_go_to_a_host_that_can_hold_and_read_them(rows, curves):
    """The 4B tables do not fit a T4 and do not fit the host of g4dn.xlarge; g4dn.2xlarge holds them, A10G and L4 do."""
    types = {row["instance_type"]: row for row in rows("instance_types")}
    model = {row["served_model"]: row for row in rows("served_models")}["dlrm-criteo-4b"]
    on_accelerator = float(model["weights_gib"]) + float(model["tables_gib"]) + float(model["runtime_gib"])
    on_host = float(model["host_base_gib"]) + float(model["tables_gib"])
    assert float(types["g4dn.xlarge"]["accelerator_memory_gib"]) < on_accelerator
    assert float(types["g4dn.xlarge"]["memory_gib"]) < on_host <= float(types["g4dn.2xlarge"]["memory_gib"])
    assert on_accelerator <= float(types["g5.xlarge"]["accelerator_memory_gib"]) == 22.4
    assert float(types["g2-standard-4"]["accelerator_memory_gib"]) == 24
    for (name, _, accelerator), points in curves.items():
        assert {row["min_vcpu"] for row in points} == (
            {"8"} if "criteo" in name and accelerator == "T4-16GB" else {"0"}
        )


def test_latency_and_throughput_agree(curves):
    """Throughput x service time is the batch within 7 %; above only for a p95 or a point raised to a smaller batch."""
    for points in curves.values():
        for row in points:
            ratio = float(row["throughput_per_s"]) * float(row["service_time_s"]) / int(row["batch_size"])
            exact = row["basis"] == "measured" and "mean latency" in row["source"] and "raised" not in row["source"]
            assert ratio >= 0.93
            assert ratio <= (1.07 if exact or row["basis"] == "estimated" else 1.35), row


def test_curves_never_fall(curves):
    """Batches rise strictly and service times never fall; the T4 at batch 2 is raised to batch 1 and says so."""
    for points in curves.values():
        sizes = [int(row["batch_size"]) for row in points]
        times = [float(row["service_time_s"]) for row in points]
        assert sizes == sorted(set(sizes))
        assert times == sorted(times)
    second = curves["bert-base-s128", "fp16", "T4-16GB"][1]
    assert second["service_time_s"] == "0.01084"
    assert "raised from 9.27 ms to the slowest smaller batch" in second["source"]


def test_only_hardware_for_sale_has_curves(rows, curves):
    """No curve of an accelerator that no type here has (A30, A2, H200-NVL, MI325X), none where the software is another.

    Inferentia and Trainium are no types at all: their peaks are known from a share-alike source only.
    """
    sold = {row["accelerator"] for row in rows("instance_types")} - {""}
    assert {key[2] for key in curves} == sold - OTHER_SOFTWARE
    assert sold >= OTHER_SOFTWARE
    assert not any(name.startswith(("Inferentia", "Trainium", "A30", "A2-")) for name in sold)


def test_measured_where_measured_and_estimated_elsewhere(curves):
    """V100 curves are the measured ones for the encoders and estimates for the ranking models, which were not run."""
    found = defaultdict(set)
    for (model, _, accelerator), points in curves.items():
        if points[0]["basis"] == "measured":
            found[model].add(accelerator)
    assert found == MEASURED


def test_bands_say_what_is_measured(curves):
    """One band for each curve: 1.0 where estimated, the curve's own leave-one-out error where measured."""
    for points in curves.values():
        (basis,) = {row["basis"] for row in points}
        (band,) = {float(row["error_band"]) for row in points}
        assert band == 1.0 if basis == "estimated" else 0 < band <= 0.28
        assert all("measure before buying" in row["source"] for row in points if basis == "estimated")


def test_equal_hardware_has_equal_curves(curves):
    """Two V100 differ in memory alone: the estimate for one is the measured curve of the other."""
    small, large = (curves["bert-6l-768-s384", "fp16", f"V100-{gb}GB"] for gb in (16, 32))
    assert [row["service_time_s"] for row in small] == [row["service_time_s"] for row in large]
    assert (small[0]["basis"], large[0]["basis"]) == ("estimated", "measured")
