"""What an owned machine costs per hour, used or not."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.costs.power import PowerDraw
from optimizer.domain.catalog import OwnedServer, Site, Source
from optimizer.domain.purchase import OwnedTerms
from optimizer.units import HOURS_PER_MONTH, HOURS_PER_YEAR, MONTHS_PER_YEAR, WATTS_PER_KW


@dataclass(frozen=True, slots=True)
class OwnedCost:
    """Cost of one owned machine per hour, part by part, in the catalog's currency.

    `ownership` is the annuity of its price, `maintenance` a share of the price, `space` the contracted power,
    `operators` the people who look after it, `idle` the energy it draws without work (0 where it is switched off).
    """

    ownership: float
    maintenance: float
    space: float
    operators: float
    idle: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.ownership + self.maintenance + self.space + self.operators + self.idle


def annuity_per_year(price: float, months: float, residual_share: float, rate_per_year: float) -> float:
    r"""Return the yearly payment that buys a machine and keeps its residual value.

    .. math:: A = (P - R (1 + r)^{-n}) \frac{r}{1 - (1 + r)^{-n}}, \qquad r = 0: A = (P - R) / n

    Notes
    -----
    By hand: 30,000 over 4 years at 8 % without residual value are 9,057.62 a year.
    """
    years, residual = months / MONTHS_PER_YEAR, price * residual_share
    if rate_per_year == 0.0:
        return (price - residual) / years
    discount = float((1.0 + rate_per_year) ** -years)
    return (price - residual * discount) * rate_per_year / (1.0 - discount)


def owned_cost(
    server: OwnedServer,
    site: Site | None,
    terms: OwnedTerms,
    power: PowerDraw | None,
    maintenance_share: float,
    electricity_per_kwh: float,
) -> OwnedCost:
    """Return the hourly cost of a machine.

    Parameters
    ----------
    power
        Its draw with the site's PUE; None where it is not known, which costs nothing here.
    maintenance_share
        Of the purchase price in a year, where the server's row has none of its own.
    electricity_per_kwh
        Price of energy in the site.
    """
    price = server.purchase_price(terms.price)
    own_share = server.maintenance_share_per_year
    share = maintenance_share if own_share is None else own_share
    space = operators = 0.0
    if site is not None and site.space_price_per_kw_month is not None and power is not None:
        space = power.max_w / WATTS_PER_KW * site.space_price_per_kw_month / HOURS_PER_MONTH
    if site is not None and site.servers_per_operator and terms.operator_cost_per_year is not None:
        operators = terms.operator_cost_per_year / site.servers_per_operator / HOURS_PER_YEAR
    idle = power.idle_kw * electricity_per_kwh if power is not None and terms.unused == "idle" else 0.0
    yearly = annuity_per_year(price, server.amortisation_months, server.residual_share, terms.discount_rate_per_year)
    return OwnedCost(yearly / HOURS_PER_YEAR, price * share / HOURS_PER_YEAR, space, operators, idle)


def stated(server: OwnedServer, terms: OwnedTerms) -> Source:
    """Return the source of the cost of ownership: the row, and how its price was read."""
    what = f"{server.source.source}; {terms.price} price, {terms.discount_rate_per_year * 100:g} % a year"
    return Source(server.source.basis, what, server.source.as_of, server.source.licence)
