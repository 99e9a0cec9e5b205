"""Machines of one's own: no more than can be bought, and no more than their site holds."""

from __future__ import annotations

from fractions import Fraction

from optimizer.domain.plan import Check
from optimizer.verification.buying import readings
from optimizer.verification.prices import server_of
from optimizer.verification.view import ROUNDING, Finding, View, judged


def owned_count(view: View) -> list[Check]:
    """Check that no more machines are bought than can be."""
    findings = []
    for (_, kind, location), reading in readings(view).items():
        count, server = reading.steady.get("owned", 0), server_of(view, kind, location)
        if server is not None and server["max_count"] is not None:
            text = f"{kind} in {location}: {count} bought, {server['max_count']} can be"
            findings.append(
                Finding(f"{kind} in {location}", server["max_count"], count, server["max_count"] - count, text)
            )
    return judged("owned_count", findings)


def site_limits(view: View) -> list[Check]:
    """Check power and rack units of every site over the machines there, bought and signed.

    What is signed already stands, even above a limit; nothing may then be bought.
    """
    findings = []
    for site in view.plan.inputs["sites"]:
        signed, used = _in_site(view, site["location"], bought=False), _in_site(view, site["location"], bought=True)
        for what, name in (("kW", "power_limit_kw"), ("rack units", "rack_units")):
            if site[name] is not None:
                limit, found = max(float(site[name]), float(signed[what])), float(used[what])
                text = f"{site['location']}: {found:g} of {limit:g} {what}"
                margin = limit - found + ROUNDING * max(1.0, limit)
                findings.append(Finding(f"{site['location']}, {what}", limit, found, margin, text))
    return judged("site_limits", findings)


def _in_site(view: View, site: str, *, bought: bool) -> dict[str, Fraction]:
    """Power (kW, PUE apart) and rack units of the machines signed for a site, with those bought or without."""
    found = {"kW": Fraction(0), "rack units": Fraction(0)}
    for (provider, kind, location), reading in readings(view).items():
        if location == site:
            count = sum(int(item["count"]) for item in reading.signed if item["purchase_option"] == "owned")
            count += reading.steady.get("owned", 0) if bought else 0
            server = server_of(view, kind, location)
            found["kW"] += count * Fraction(view.types[provider, kind]["max_power_w"] or 0) / 1000
            found["rack units"] += count * Fraction(0 if server is None else server["rack_units"])
    return found
