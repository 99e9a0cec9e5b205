"""Candidates: every way an instance type could serve a service in a location, before any rule has spoken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.domain.catalog import Catalog, InstanceType, Location, Price, ProfileCurve, ServedModel
from optimizer.domain.purchase import ON_DEMAND
from optimizer.domain.scenario import Service


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A service on an instance type in a location with one measured or estimated curve."""

    service: Service
    location: Location
    instance: InstanceType
    curve: ProfileCurve
    model: ServedModel
    price: Price | None
    zones_sold: tuple[str, ...]

    @property
    def replicas_per_instance(self) -> int:
        """Replicas that fit on one instance by accelerators."""
        return self.instance.accelerator_count // self.curve.accelerators_per_replica

    @property
    def sort_key(self) -> tuple[str, str, str, int]:
        """Order that does not depend on the order of catalog rows."""
        return (
            self.instance.provider,
            self.instance.name,
            self.curve.profile,
            self.curve.accelerators_per_replica,
        )


def candidates_of(catalog: Catalog, service: Service, location_name: str) -> Iterator[Candidate]:
    """Yield every pairing of one of the provider's instance types with a curve of the service's profiles."""
    location = catalog.locations[location_name]
    curves = [curve for curve in catalog.profiles if curve.profile in service.profiles]
    types = [kind for kind in catalog.instance_types.values() if kind.provider == location.provider]
    for instance in types:
        for curve in curves:
            if curve.accelerator != instance.accelerator:
                continue
            yield Candidate(
                service=service,
                location=location,
                instance=instance,
                curve=curve,
                model=catalog.served_models[curve.served_model],
                price=catalog.prices.get((instance.provider, instance.name, location_name, ON_DEMAND)),
                zones_sold=catalog.zones_of(instance.provider, instance.name, location_name),
            )
