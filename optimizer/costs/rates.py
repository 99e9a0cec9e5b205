"""Unit prices: each fact is looked up here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.domain.catalog import Catalog, ServedModel, Source, TransferTier
from optimizer.domain.scenario import Scenario
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
        What is asked: sizes of requests, operations, horizon.
    catalog
        What is known: prices per hour, GB and GB-month.
    """

    def __init__(self, scenario: Scenario, catalog: Catalog) -> None:
        self.scenario = scenario
        self.catalog = catalog
        self._stated = Source("stated", f"scenario {scenario.name}", scenario.horizon_start)

    @property
    def horizon_months(self) -> float:
        """Length of the horizon in months of 730 hours."""
        return self.scenario.horizon_hours / HOURS_PER_MONTH

    @property
    def support_factor(self) -> float:
        """What one unit of cloud spend costs once the support plan's share is added."""
        return 1.0 + self.scenario.operations.support_share_of_spend

    def instance_hour(self, provider: str, instance_type: str, location: str, option: str) -> UnitPrice | None:
        """Price of one instance for one hour, or None where the catalog has no figure."""
        row = self.catalog.prices.get((provider, instance_type, location, option))
        if row is None or row.price_per_hour is None:
            return None
        return UnitPrice(row.price_per_hour, row.source)

    def monitoring_instance_month(self) -> UnitPrice:
        """Monitoring of one instance for 730 hours."""
        return UnitPrice(self.scenario.operations.monitoring_per_instance_month, self._stated)

    def support_share(self) -> UnitPrice:
        """Support plan, as a share of cloud spend."""
        return UnitPrice(self.scenario.operations.support_share_of_spend, self._stated)

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
        stated = self.scenario.storage.model_copies_gib
        return (model.weights_gib + model.tables_gib if stated is None else stated) * GB_PER_GIB

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

    def fixed_total(self) -> float:
        """What no plan can change: people."""
        years = self.scenario.horizon_hours / HOURS_PER_YEAR
        return sum(role.fte * role.cost_per_year for role in self.scenario.operations.people) * years

    def hourly_cost(self, provider: str, instance_type: str, location: str, option: str, model: ServedModel) -> float:
        """All that one instance adds to the bill in one hour: rent, disk, monitoring, and support on rent and disk."""
        rent = self.instance_hour(provider, instance_type, location, option)
        rent_per_hour = 0.0 if rent is None else rent.amount
        disk_per_hour = self.disk_gb(model) * self.storage_gb_month("block", location).amount / HOURS_PER_MONTH
        monitoring_per_hour = self.monitoring_instance_month().amount / HOURS_PER_MONTH
        return (rent_per_hour + disk_per_hour) * self.support_factor + monitoring_per_hour

    def log_cost_per_request(self, location: str) -> float:
        """What the logs of one request served in `location` cost, support included."""
        return self.log_gb_months(1.0) * self.storage_gb_month("object", location).amount * self.support_factor

    def zone_count(self, location: str) -> int:
        """Zones of a location, over which an internal caller is taken to be spread evenly."""
        return len(self.catalog.locations[location].zones)
