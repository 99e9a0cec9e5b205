"""Owned machines fit the power and the racks of their site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimizer.domain.catalog import Catalog
from optimizer.domain.purchase import OWNED, Commitment
from optimizer.formulation.problem import Rows
from optimizer.formulation.rule import Relaxation, Rule
from optimizer.formulation.supply import Key
from optimizer.units import WATTS_PER_KW


def site_limits(catalog: Catalog, owned: Mapping[Key, int], signed: Sequence[Commitment]) -> Rows:
    r"""Keep the machines of a site, bought and signed, within its power and its rack units.

    .. math:: \sum_i (W_i + E_i)\,kW_i \le P_{site}, \qquad \sum_i (W_i + E_i)\,U_i \le U_{site}

    What is signed already stands, even above a limit; nothing may then be bought.

    Parameters
    ----------
    catalog
        Sites, servers and their maximum power.
    owned
        Column of each machine that can be bought.
    signed
        What is there already (option ``owned``).
    """
    labels, columns, values, upper = [], [], [], []
    for location, site in sorted(catalog.sites.items()):
        keys = [key for key in owned if key[2] == location]
        there = [item for item in signed if item.location == location and item.purchase_option == OWNED]
        size = {"kW": site.power_limit_kw, "rack units": site.rack_units}
        for unit, limit in size.items():
            if limit is None or not keys:
                continue
            taken = sum(item.count * _size(catalog, (item.location, item.instance_type), unit) for item in there)
            labels.append(f"{unit},{location}")
            columns.append(np.array([owned[key] for key in keys], dtype=np.int64))
            values.append(np.array([_size(catalog, (location, key[1]), unit) for key in keys]))
            upper.append(max(0.0, limit - taken))
    return Rows.from_lists("site_limits", tuple(labels), columns, values, np.full(len(labels), -np.inf), upper)


def _size(catalog: Catalog, place: tuple[str, str], unit: str) -> float:
    """Return kW or rack units of one machine; 0 where they are not known."""
    location, kind = place
    provider = location.split("/", maxsplit=1)[0]
    if unit == "kW":
        row = catalog.instance_types.get((provider, kind))
        return 0.0 if row is None or row.max_power_w is None else row.max_power_w / WATTS_PER_KW
    server = catalog.owned.get((provider, kind, location))
    return 0.0 if server is None else server.rack_units


RULE = Rule(
    name="site_limits",
    place="rows",
    meaning="Owned machines fit the power and the rack units of their site.",
    relaxation=Relaxation("get a larger site", "kW or rack units", 12.0),
    apply=site_limits,
)
