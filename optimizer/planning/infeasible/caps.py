"""Counts that are capped: how much a service can carry at best within quotas, replica and pin bounds, and sites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.purchase import OWNED
from optimizer.formulation.context import Context
from optimizer.formulation.optimistic import Offer, Outlook
from optimizer.formulation.relaxed_buying import machine_size, taken_in_site
from optimizer.formulation.relaxed_limits import quota_counts, reserved_units
from optimizer.planning.infeasible.words import amount, hour_label, listed


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit on counts: its rule and key, how it is said, its size, and what one instance takes of it.

    `group` is what shares the limit.
    """

    rule: str
    key: str
    group: str
    text: str
    limit: float
    each: float

    def most_per_s(self, offer: Offer) -> float:
        """Return the need that instances of an offer carry at most within the cap, requests/s."""
        return self.limit / self.each / offer.instances_per_need


def too_small_caps(
    context: Context, outlook: Outlook, service: int, pairs: Sequence[int]
) -> tuple[str, tuple[str, ...], str] | None:
    """Return rule, keys and words where what is capped cannot carry pairs of a service, or None where it may.

    Every instance type in a location is put under its tightest cap; what a cap carries is its size times the best of
    its types. Anything without a cap carries any demand.
    """
    carried: dict[str, tuple[Cap, float]] = {}
    offers = [offer for offer in outlook.offers if offer.pair in pairs]
    if not offers or {offer.pair for offer in offers} != set(pairs):
        return None
    for offer in offers:
        caps = list(_caps_of(context, service, offer))
        if not caps:
            return None
        cap = min(caps, key=lambda item: item.most_per_s(offer))
        most = max(cap.most_per_s(offer), carried.get(cap.group, (cap, 0.0))[1])
        carried[cap.group] = cap, most
    need = outlook.need_per_s[list(pairs)].sum(axis=0).ravel()
    hour, most = int(np.argmax(need)), sum(value for _, value in carried.values())
    if float(need[hour]) * (1.0 - 1e-9) <= most:
        return None
    named = [cap for cap, _ in carried.values()]
    text = (
        f"needs to carry {amount(float(need[hour]))} requests/s at {hour_label(context, hour)}, "
        f"and at most {amount(most)} fit within {listed([cap.text for cap in named])}."
    )
    return named[0].rule, tuple(dict.fromkeys(cap.key for cap in named)), text


def _caps_of(context: Context, service: int, offer: Offer) -> Iterator[Cap]:
    """Every cap on an offer's instances."""
    yield from _quota_caps(context, offer)
    yield from _own_bounds(context, service, offer)
    if offer.supply.on_demand is None and set(offer.supply.steady) <= {OWNED} and context.is_on("purchases_cover_use"):
        yield from _owned_caps(context, offer)


def _quota_caps(context: Context, offer: Offer) -> Iterator[Cap]:
    for number, quota in enumerate(context.scenario.limits.quotas if context.is_on("quotas") else ()):
        each = float(quota_counts(context, quota, [offer])[0])
        if each > 0.0:
            unit = "instances" if quota.max_instances is not None else "vCPUs"
            key = f"limits.quotas.{number}"
            limit = quota.limit + reserved_units(context, quota)
            yield Cap("quotas", key, key, f"{key} ({quota.match.label}: {quota.limit} {unit})", limit, each)


def _own_bounds(context: Context, service: int, offer: Offer) -> Iterator[Cap]:
    item = context.scenario.services[service]
    per = offer.candidate.replicas_per_instance
    if item.max_replicas is not None and context.is_on("replica_bounds"):
        key = f"services.{item.name}.replicas.max"
        text = f"{key} {item.max_replicas} in {offer.location}"
        yield Cap("replica_bounds", key, text, text, item.max_replicas, per)
    for number, pin in enumerate(context.scenario.pins):
        if pin in context.pins_of(item.name, offer.location) and pin.max_instances is not None:
            text = f"pins.{number}.max {pin.max_instances} in {offer.location}"
            yield Cap("pins", f"pins.{number}.max", text, text, pin.max_instances, 1.0)


def _owned_caps(context: Context, offer: Offer) -> Iterator[Cap]:
    """Machines that can only be owned: what may be bought, and what the site holds besides what stands there."""
    signed = sum(item.count for item in offer.supply.signed)
    if OWNED not in offer.supply.steady:
        text = f"the {signed} signed {offer.candidate.instance.name} in {offer.location}"
        yield Cap("options_allowed", "purchase.options", text, text, signed, 1.0)
        return
    if OWNED in offer.supply.most:
        most = offer.supply.most[OWNED]
        text = f"max_count {most} of owned {offer.candidate.instance.name} in {offer.location}"
        yield Cap("owned_count", "owned.csv max_count", text, text, most + signed, 1.0)
    site = context.catalog.sites.get(offer.location)
    for unit, limit in () if site is None else (("kW", site.power_limit_kw), ("rack units", site.rack_units)):
        size = machine_size(context, offer.key, unit)
        if limit is None or size <= 0.0 or not context.is_on("site_limits"):
            continue
        text = f"{limit:g} {unit} of site {offer.location}"
        column = "power_limit_kw" if unit == "kW" else "rack_units"
        full = max(limit, taken_in_site(context, offer.location, unit))
        yield Cap("site_limits", f"sites.csv {column}", text, text, full, size)
