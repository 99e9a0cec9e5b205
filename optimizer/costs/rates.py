"""Unit prices: each fact is looked up here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.costs.owned import OwnedCost, owned_cost, stated
from optimizer.costs.power import PowerDraw, power_draw
from optimizer.costs.prices import hourly, ruled_price
from optimizer.domain.catalog import Catalog, Price, ServedModel, Source, TransferTier
from optimizer.domain.purchase import OWNED, TERM_MONTHS, Commitment, PurchaseOption
from optimizer.domain.scenario import INTERNET, Scenario
from optimizer.units import GB_PER_GIB, HOURS_PER_DAY, HOURS_PER_MONTH, HOURS_PER_YEAR


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """An amount of money per unit, and where it comes from."""

    amount: float
    source: Source


class Rates:
    """Prices of one scenario over one catalog.

    Parameters
    ----------
    scenario
        What is asked: sizes of requests, operations, horizon, prices of one's own.
    catalog
        What is known: prices per hour, GB and GB-month.
    """

    def __init__(self, scenario: Scenario, catalog: Catalog) -> None:
        self.scenario = scenario
        self.catalog = catalog
        self._stated = Source("stated", f"scenario {scenario.name}", scenario.horizon_start)
        self._owners = {name.split("/", maxsplit=1)[0] for name in catalog.sites}
        self._prices: dict[tuple[str, str, str, PurchaseOption], Price | None] = {}

    @property
    def horizon_months(self) -> float:
        """Length of the horizon in months of 730 hours."""
        return self.scenario.horizon_hours / HOURS_PER_MONTH

    def is_owned(self, place: str) -> bool:
        """Whether a provider or location is the planner's own: no support plan, and energy is paid."""
        return place.split("/", maxsplit=1)[0] in self._owners

    def support_factor(self, place: str) -> float:
        """What one unit of spend with a provider (or in a location of it) costs once the support plan is added."""
        if place == INTERNET or self.is_owned(place):
            return 1.0
        return 1.0 + self.scenario.operations.support_share_of_spend

    def price(self, provider: str, instance_type: str, location: str, option: PurchaseOption) -> Price | None:
        """Price row of an option after the scenario's own rules; None where nothing is known."""
        key = (provider, instance_type, location, option)
        if key not in self._prices:
            rules, start = self.scenario.price_rules, self.scenario.horizon_start
            self._prices[key] = ruled_price(self.catalog.prices.get(key), key, rules, start)
        return self._prices[key]

    def instance_hour(
        self, provider: str, instance_type: str, location: str, option: PurchaseOption
    ) -> UnitPrice | None:
        """Price of one instance for one hour, upfront payment included, or None where there is no figure."""
        if option == OWNED:
            return self.owned_hour(provider, instance_type, location)
        row = self.price(provider, instance_type, location, option)
        amount = None if row is None else hourly(row)
        return None if row is None or amount is None else UnitPrice(amount, row.source)

    def owned_hour(self, provider: str, instance_type: str, location: str) -> UnitPrice | None:
        """Cost of owning a machine for an hour, or None where none can be bought."""
        server = self.catalog.owned.get((provider, instance_type, location))
        if server is None:
            return None
        cost = self.owned_cost(provider, instance_type, location)
        return UnitPrice(cost.ownership, stated(server, self.scenario.owned))

    def owned_cost(self, provider: str, instance_type: str, location: str) -> OwnedCost:
        """All that one owned machine costs per hour, part by part.

        Raises
        ------
        KeyError
            If no such machine can be bought.
        """
        server = self.catalog.owned[provider, instance_type, location]
        return owned_cost(
            server,
            self.catalog.sites.get(location),
            self.scenario.owned,
            self.power(provider, instance_type, location),
            self.scenario.operations.maintenance_share,
            self.electricity(location).amount,
        )

    def power(self, provider: str, instance_type: str, location: str) -> PowerDraw | None:
        """Draw of one instance, or None where it is not known."""
        return power_draw(self.catalog, self.catalog.instance_types[provider, instance_type], location)

    def idle_kw(self, provider: str, instance_type: str, location: str) -> float:
        """Draw of an owned machine without work; 0 where it is switched off or not known."""
        draw = self.power(provider, instance_type, location)
        return draw.idle_kw if draw is not None and self.scenario.owned.unused == "idle" else 0.0

    def electricity(self, location: str) -> UnitPrice:
        """Price of a kWh that the planner pays: 0 where energy is part of the rent."""
        place = self.catalog.locations[location]
        price = place.electricity_price_per_kwh
        return UnitPrice(price if price is not None and self.is_owned(location) else 0.0, place.source)

    def months_left_over(self, option: PurchaseOption) -> float:
        """Months for which a commitment, renewed as often as the horizon needs, outlasts the horizon."""
        term = TERM_MONTHS.get(option)
        if term is None:
            return 0.0
        months = self.scenario.horizon_months
        return float(-months % term)

    def obligation_share(self) -> float:
        """Share of what is left over of a term that counts as a cost of this plan."""
        purchase = self.scenario.purchase
        return 1.0 - purchase.value_share if purchase.after_horizon == "value_share" else 1.0

    def steady_cost(self, provider: str, instance_type: str, location: str, option: PurchaseOption) -> float | None:
        """All that one instance bought for the whole horizon costs, used or not; None where it cannot be bought.

        Rent of every hour and the counted rest of its term, with support; for owned machines everything they cost.
        """
        hours = self.scenario.horizon_hours
        if option == OWNED:
            known = (provider, instance_type, location) in self.catalog.owned
            return self.owned_cost(provider, instance_type, location).total * hours if known else None
        row = self.price(provider, instance_type, location, option)
        amount = None if row is None or row.status != "offered" else hourly(row)
        if amount is None:
            return None
        rest = self.months_left_over(option) * HOURS_PER_MONTH * self.obligation_share()
        return amount * (hours + rest) * self.support_factor(provider)

    def monitoring_instance_month(self) -> UnitPrice:
        """Monitoring of one instance for 730 hours."""
        return UnitPrice(self.scenario.operations.monitoring_per_instance_month, self._stated)

    def change(self) -> UnitPrice:
        """Charge for one instance that starts or stops; 0 where nothing is known to run."""
        terms = self.scenario.change
        return UnitPrice(0.0 if terms is None else terms.cost_per_change, self._stated)

    def support_share(self) -> UnitPrice:
        """Support plan, as a share of cloud spend."""
        return UnitPrice(self.scenario.operations.support_share_of_spend, self._stated)

    def stated(self, amount: float) -> UnitPrice:
        """An amount that the scenario states."""
        return UnitPrice(amount, self._stated)

    def storage_gb_month(self, storage_class: str, location: str) -> UnitPrice:
        """Price of a GB-month; ``object`` falls back to ``block`` where no object price is known.

        Raises
        ------
        KeyError
            If the location has no storage price at all (refused when the inputs are read).
        """
        row = self.catalog.storage.get((storage_class, location)) or self.catalog.storage["block", location]
        return UnitPrice(row.price_per_gb_month, row.source)

    def disk_gb(self, model: ServedModel) -> float:
        """Disk of one instance that serves `model`, GB."""
        stated_gib = self.scenario.storage.model_copies_gib
        return (model.weights_gib + model.tables_gib if stated_gib is None else stated_gib) * GB_PER_GIB

    def log_gb_months(self, requests: float) -> float:
        """GB-months of logs that so many requests leave."""
        use = self.scenario.storage
        months_kept = use.log_retention_days * HOURS_PER_DAY / HOURS_PER_MONTH
        return requests / 1e6 * use.logs_gb_per_million_requests * months_kept

    def transfer_tiers(self, origin: str, destination: str) -> tuple[TransferTier, ...]:
        """Price tiers of data from `origin` to `destination` (a location, or ``internet``).

        Raises
        ------
        KeyError
            If the pair has no price (refused when the inputs are read).
        """
        return self.catalog.transfer[origin, destination]

    def people_year(self, cost_per_year: float) -> UnitPrice:
        """Cost of one full-time equivalent for 8,760 hours."""
        return UnitPrice(cost_per_year, self._stated)

    def signed_cost(self, item: Commitment) -> float:
        """What a commitment signed before costs over the horizon: with support, or the power of a machine at rest."""
        hours = item.count * self.scenario.horizon_hours * item.horizon_share
        at_rest = 0.0
        if item.purchase_option == OWNED:
            idle_kw = self.idle_kw(item.location.split("/", maxsplit=1)[0], item.instance_type, item.location)
            at_rest = idle_kw * self.electricity(item.location).amount
        return hours * (item.price_per_hour * self.support_factor(item.location) + at_rest)

    def fixed_total(self) -> float:
        """What no plan can change: people, and what is signed already."""
        years = self.scenario.horizon_hours / HOURS_PER_YEAR
        people = sum(role.fte * role.cost_per_year for role in self.scenario.operations.people) * years
        return people + sum(self.signed_cost(item) for item in self.scenario.commitments)

    def use_cost(self, location: str, model: ServedModel) -> float:
        """What one running instance adds in an hour besides its rent: disk with support, and monitoring."""
        disk_per_hour = self.disk_gb(model) * self.storage_gb_month("block", location).amount / HOURS_PER_MONTH
        monitoring_per_hour = self.monitoring_instance_month().amount / HOURS_PER_MONTH
        return disk_per_hour * self.support_factor(location) + monitoring_per_hour

    def log_cost_per_request(self, location: str) -> float:
        """What the logs of one request served in `location` cost, support included."""
        price = self.storage_gb_month("object", location).amount
        return self.log_gb_months(1.0) * price * self.support_factor(location)

    def zone_count(self, location: str) -> int:
        """Zones of a location, over which an internal caller is taken to be spread evenly."""
        return len(self.catalog.locations[location].zones)
