"""Figures copied by hand from the sources named in the rows."""

from __future__ import annotations

import pytest

PRICES = [
    # karpenter-provider-aws, us-east-1, 2026-07-20
    (("aws", "g4dn.2xlarge", "us-east-1", "on_demand"), 0.752, "list"),
    (("aws", "p4d.24xlarge", "us-east-1", "on_demand"), 21.957642, "list"),
    # ec2.shop 32.7726 x 21.957642 / 32.7726 (the us-east-1 price of 2025-04 was the same 32.7726)
    (("aws", "p4d.24xlarge", "us-west-2", "on_demand"), 21.957642, "estimate"),
    # ec2.shop, No Upfront, 2025-04-04
    (("aws", "g6.xlarge", "us-west-2", "committed_3y"), 0.3694, "list"),
    # 0.526 x (1 - 0.64)
    (("aws", "g4dn.xlarge", "us-east-1", "spot"), 0.18936, "estimate"),
    # Cyclenerd pricing.yml, 2026-07-30
    (("gcp", "g2-standard-4", "us-east4", "on_demand"), 0.704518, "list"),
    (("gcp", "a3-highgpu-1g", "us-central1", "committed_1y"), 7.672959, "list"),
    (("gcp", "c3-standard-22", "us-east4", "spot"), 0.314864, "list"),
]


@pytest.mark.parametrize(("key", "price", "basis"), PRICES)
def test_price(rows, key, price, basis):
    """A price is the one in its source."""
    columns = ("provider", "instance_type", "region", "purchase_option")
    (row,) = [row for row in rows("prices") if tuple(row[column] for column in columns) == key]
    assert (float(row["price_per_hour"]), row["basis"], row["status"]) == (price, basis, "offered")


TYPES = [
    # busy watts: 8 x 700 + 192 x 2.019 (AMD) = 5,987.6; 2 x 72 + 24 x 3.967 (Intel) = 239.2; 16 x 3.967 = 63.5
    ("p5.48xlarge", ("192", "2048", "H100-SXM-80GB", "8", "80", "3200", "5987.6")),
    ("g2-standard-24", ("24", "96", "L4-24GB", "2", "24", "32", "239.2")),
    ("g5.16xlarge", ("64", "256", "A10G-24GB", "1", "22.4", "25", "")),
    ("m7i.4xlarge", ("16", "64", "", "0", "0", "6.25", "63.5")),
    ("a3-highgpu-1g", ("26", "234", "H100-SXM-80GB", "1", "80", "", "803.1")),
]


@pytest.mark.parametrize(("name", "figures"), TYPES)
def test_instance_type(rows, name, figures):
    """vCPU, memory, accelerator, count, memory of each, network and busy watts of a type."""
    columns = ("vcpu", "memory_gib", "accelerator", "accelerator_count", "accelerator_memory_gib", "network_gbps")
    (row,) = [row for row in rows("instance_types") if row["instance_type"] == name]
    assert tuple(row[column] for column in (*columns, "max_power_w")) == figures


POINTS = [
    # DeepLearningExamples: T4, FP16, 4B, batch 2,048: mean 6.031 ms, p95 7.42 ms (ratio 1.23): the p95 counts
    ("dlrm-criteo-4b", "fp16", "T4-16GB", 2048, 0.00742, 338_000.0),
    # batch 4,096: mean 9.539 ms, p95 10.013 ms (ratio 1.0497): the mean counts
    ("dlrm-criteo-4b", "fp16", "T4-16GB", 4096, 0.009539, 429_000.0),
    # bert-base, sequence length 128, TensorFlow2, A100-80, batch 8: mean 4.48 ms, p95 4.8 ms
    ("bert-base-s128", "fp16", "A100-SXM-80GB", 8, 0.0048, 1786.2),
    # dcnv2, FP32, T4, batch 32,768: mean 304.96 ms, p95 310.09 ms
    ("dcnv2-criteo-4b", "fp32", "T4-16GB", 32768, 0.30496, 107_000.0),
]


@pytest.mark.parametrize(("model", "precision", "accelerator", "batch", "service_s", "throughput"), POINTS)
def test_measured_point(rows, model, precision, accelerator, batch, service_s, throughput):
    """A measured point is the one in the published table."""
    (row,) = [
        row
        for row in rows("profiles")
        if (row["served_model"], row["precision"], row["accelerator"]) == (model, precision, accelerator)
        and int(row["batch_size"]) == batch
    ]
    assert (float(row["service_time_s"]), float(row["throughput_per_s"])) == (service_s, throughput)
    assert row["basis"] == "measured"


def test_estimated_point_by_hand(rows):
    """bert-base on an L4 at batch 8, from the T4 curve 10.84, 10.84, 10.84, 15.02 ms.

    The fit has its knee at batch 4 and is flat before it: fixed part 10.84 ms. FLOPS ratio 121 / 65 = 1.861538,
    bandwidth ratio 300 / 320 = 0.9375. 10.84 / sqrt(0.9375) = 11.195508; (15.02 - 10.84) / sqrt(1.861538 x 0.9375)
    = 4.18 / 1.321058 = 3.164131; together 14.3596 ms.
    """
    (row,) = [
        row
        for row in rows("profiles")
        if (row["served_model"], row["accelerator"], row["batch_size"]) == ("bert-base-s128", "L4-24GB", "8")
    ]
    assert float(row["service_time_s"]) == pytest.approx(0.0143596, abs=2e-7)
    assert "estimated from the measured T4-16GB curve" in row["source"]


def test_transfer_between_clouds(rows):
    """Leaving AWS for Google costs 0.09 USD a GB, leaving Google for AWS 0.12, inside one provider 0.02 and 0.01."""
    price = {(row["from"], row["to"]): float(row["price_per_gb"]) for row in rows("network")}
    assert price["aws/us-east-1", "gcp/us-east4"] == 0.09
    assert price["gcp/us-east4", "aws/us-east-1"] == 0.12
    assert price["aws/us-east-1", "aws/us-west-2"] == 0.02
    assert price["gcp/us-central1", "gcp/us-east4"] == 0.01
    assert price["aws/us-east-1", "aws/us-east-1"] == 0.01
