"""Which instance types and locations a shipped catalog holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .tables import DataFolder, Row

#: Day on which the stored copies were read; stands for the date of a source that has none.
COLLECTED = "2026-11-24"

#: Beside the collected list of default types: sizes that hold the ranking tables, and the V100, which was measured.
MORE_TYPES = (
    ("aws", "g4dn.4xlarge"),
    ("aws", "g5.16xlarge"),
    ("aws", "p3.2xlarge"),
    ("aws", "p3.8xlarge"),
    ("aws", "p3.16xlarge"),
    ("aws", "p3dn.24xlarge"),
    ("gcp", "g2-standard-16"),
)
#: Their peak and bandwidth are known from a share-alike source only.
SHARE_ALIKE_ACCELERATORS = ("Inferentia", "Trainium")


@dataclass(frozen=True)
class Scope:
    """Instance types and locations of one catalog, as (provider, name) and (provider, region)."""

    types: tuple[tuple[str, str], ...]
    locations: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Locations as scenarios name them."""
        return tuple("/".join(place) for place in self.locations)

    def holds_type(self, row: Row) -> bool:
        """Whether a row is about one of the types."""
        return (row["provider"], row["instance_type"]) in self.types

    def holds_place(self, row: Row) -> bool:
        """Whether a row is about one of the locations."""
        return (row["provider"], row["region"]) in self.locations

    def regions(self, provider: str) -> list[str]:
        """Regions of a provider."""
        return [region for owner, region in self.locations if owner == provider]


def scope_of(types: Iterable[tuple[str, str]], locations: Iterable[tuple[str, str]]) -> Scope:
    """Return a scope in a fixed order."""
    return Scope(tuple(sorted(types)), tuple(sorted(locations)))


def public_cloud(data: DataFolder) -> Scope:
    """Return the default types in the regions whose zones, round trips and transfer prices are all known."""
    types = {(row["provider"], row["instance_type"]) for row in data.rows("catalog/default_instances.csv", _usable)}
    zones = {(row["provider"], row["region"]) for row in data.rows("locations/zones.csv")}
    known = data.rows("locations/regions.csv", lambda row: row["rtt_rows"] == row["transfer_rows"] == "1")
    places = {(row["provider"], row["region"]) for row in known} & zones
    return scope_of(types | set(MORE_TYPES), places)


def _usable(row: Row) -> bool:
    """Whether a type has whole accelerators, or none, of a kind whose figures may be shipped."""
    whole = float(row["accelerator_count"] or 0).is_integer()
    return whole and not row["accelerator"].startswith(SHARE_ALIKE_ACCELERATORS)
