"""The catalogs that are built: description and tables of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import (
    accelerators,
    china,
    china_places,
    datacentre,
    datacentre_places,
    energy,
    instances,
    locations,
    models,
    network,
    prices,
    profiles,
    storage,
)
from .scope import Scope, public_cloud
from .tables import DataFolder, Table

PUBLIC_CLOUD_YAML = """\
format: fleetopt/catalog/1
name: public-cloud
currency: USD
as_of: "2026-07-30"       # newest price; every row states its own date
basis: list               # unless a row says estimate
description: >-
  {types} instance types of AWS, Google Cloud and Azure in {locations} regions, with zones, prices, network, storage,
  and service-time curves of two query encoders and two ranking models. Written by tools/build_catalog.py.
"""
CHINA_CLOUD_YAML = """\
format: fleetopt/catalog/1
name: china-cloud
currency: CNY
as_of: "2024-10-09"       # every price is of this day
basis: list               # unless a row says estimate
description: >-
  Prices of October 2024, on demand only. {types} instance types of Alibaba Cloud in {locations} regions of mainland
  China; transfer, storage, round trips and energy are estimates. For a first look, not for a budget: ask for quotes and
  give them as price rules. Written by tools/build_catalog.py.
"""
DATACENTRE_YAML = """\
format: fleetopt/catalog/1
name: datacentre
currency: USD
as_of: "2026-11-24"       # day on which prices were collected; they are of 2024 to 2026
basis: estimate           # every price: plan at both ends (owned.price low, mid, high) and ask for quotes
idle_power_share: 0.3     # of maximum power, where a type's own idle power is not known
description: >-
  {types} servers to buy and {locations} rooms to set them up in, near cloud regions of the United States, with power,
  racks, lines to the clouds and service-time curves. Estimates throughout. Written by tools/build_catalog.py.
"""


@dataclass(frozen=True)
class Built:
    """What a catalog says of itself, and its tables."""

    description: str
    tables: tuple[Table, ...]


def _public_cloud(data: DataFolder) -> Built:
    scope = public_cloud(data)
    own = (
        locations.locations(data, scope, locations.countries(data)),
        energy.location_energy(data, scope),
        locations.availability(data, scope),
        locations.availability_unlicensed(data, scope),
        network.network(data, scope),
        storage.storage(data, scope),
    )
    return Built(_filled(PUBLIC_CLOUD_YAML, scope), (*_common(data, scope), *own))


def _china_cloud(data: DataFolder) -> Built:
    scope = china.china_cloud(data)
    own = (
        locations.locations(data, scope, china.countries()),
        china_places.location_energy(data, scope),
        china_places.network(data, scope),
        china_places.storage(data, scope),
    )
    return Built(_filled(CHINA_CLOUD_YAML, scope), (*_common(data, scope), *own))


def _datacentre(data: DataFolder) -> Built:
    types, facts = datacentre.instance_types(data), datacentre.facility(data)
    told = DATACENTRE_YAML.format(types=len(types.rows), locations=len(datacentre_places.SITES))
    tables = (
        types,
        datacentre.accelerators(data),
        datacentre.prices(),
        models.served_models(data),
        datacentre.curves(data),
        datacentre.owned(data),
        datacentre.sites(data),
        datacentre_places.locations(data),
        datacentre_places.location_energy(data, facts["pue"].mid),
        datacentre_places.network(data),
        datacentre_places.storage(),
    )
    return Built(told, tables)


def _common(data: DataFolder, scope: Scope) -> tuple[Table, ...]:
    return (
        instances.instance_types(data, scope),
        accelerators.accelerators(data, scope),
        prices.prices(data, scope),
        models.served_models(data),
        profiles.profiles(data, scope),
    )


def _filled(text: str, scope: Scope) -> str:
    return text.format(types=len(scope.types), locations=len(scope.locations))


CATALOGS: dict[str, Callable[[DataFolder], Built]] = {
    "public-cloud": _public_cloud,
    "china-cloud": _china_cloud,
    "datacentre": _datacentre,
}
