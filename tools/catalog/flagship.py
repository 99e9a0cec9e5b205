"""Which instance types, locations and models the shipped catalog holds."""

from __future__ import annotations

TYPES: dict[str, tuple[str, ...]] = {
    "aws": (
        "c7i.4xlarge",
        "g4dn.12xlarge",
        "g4dn.2xlarge",
        "g4dn.4xlarge",
        "g4dn.xlarge",
        "g5.16xlarge",
        "g5.2xlarge",
        "g5.xlarge",
        "g6.12xlarge",
        "g6.2xlarge",
        "g6.xlarge",
        "g6e.2xlarge",
        "g6e.xlarge",
        "m7i.4xlarge",
        "p4d.24xlarge",
        "p4de.24xlarge",
        "p5.48xlarge",
    ),
    "gcp": (
        "a2-highgpu-1g",
        "a2-ultragpu-1g",
        "a3-highgpu-1g",
        "a3-highgpu-2g",
        "c3-standard-22",
        "c4-standard-32",
        "g2-standard-16",
        "g2-standard-24",
        "g2-standard-4",
        "g2-standard-48",
        "g2-standard-8",
    ),
}
REGIONS: dict[str, tuple[str, ...]] = {"aws": ("us-east-1", "us-west-2"), "gcp": ("us-central1", "us-east4")}

KEYS: tuple[tuple[str, str], ...] = tuple((provider, name) for provider, names in TYPES.items() for name in names)
LOCATIONS: tuple[tuple[str, str], ...] = tuple((p, region) for p, regions in REGIONS.items() for region in regions)

#: Day on which the stored copies were read; stands for the date of a source that has none.
COLLECTED = "2026-11-24"
