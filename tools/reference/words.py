"""Units, types and values as a planner reads them, and tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

#: What the end of a name says about its unit; the first that fits counts. Money is in the currency of the catalog.
UNITS = (
    ("gb_per_million_requests", "GB per million requests"),
    ("gb_per_month", "GB a month"),
    ("gb_per_s", "GB/s"),
    ("mbit_per_s", "Mbit/s"),
    ("gbps", "Gbit/s"),
    ("tflops", "TFLOPS"),
    ("gco2_per_kwh", "g/kWh"),
    ("share_per_year", "share a year"),
    ("discount_rate_per_year", "share a year"),
    ("per_instance_month", "money per instance-month"),
    ("per_kw_month", "money per kW-month"),
    ("per_gb_month", "money per GB-month"),
    ("per_gb", "money per GB"),
    ("per_kwh", "money per kWh"),
    ("per_hour", "money per hour"),
    ("per_month", "money a month"),
    ("per_year", "money a year"),
    ("per_s", "1/s"),
    ("_from_gb", "GB"),
    ("_ms", "ms"),
    ("_s", "s"),
    ("seconds", "s"),
    ("_gib", "GiB"),
    ("_gb", "GB"),
    ("_kb", "kB"),
    ("_kwh", "kWh"),
    ("_kw", "kW"),
    ("_w", "W"),
    ("_kg", "kg"),
    ("_t", "t"),
    ("_minutes", "min"),
    ("_hours", "h"),
    ("_days", "days"),
    ("months", "months"),
    ("share", "share"),
    ("share_of_spend", "share"),
    ("error_band", "share"),
)
#: Names that end like a unit and have none.
WITHOUT_UNIT = frozenset({"peak_to_mean", "day_types"})


def unit_of(name: str) -> str:
    """Return the unit that a key or column carries in its name, "" for none."""
    stem = name.removesuffix("_by_period")
    if stem in WITHOUT_UNIT:
        return ""
    return next((unit for end, unit in UNITS if stem.endswith(end)), "")


def number(value: float) -> str:
    """Return a bound as people write it: 3,600,000."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:g}"


def bounds(low: float | None, above: float | None, high: float | None, below: float | None = None) -> list[str]:
    """Return bounds in words; infinite ones say nothing."""
    given = (("at least", low), ("above", above), ("at most", high), ("below", below))
    return [f"{words} {number(value)}" for words, value in given if value is not None and abs(value) != float("inf")]


def joined(parts: Iterable[str]) -> str:
    """Return what there is of some words, with commas between."""
    return ", ".join(part for part in parts if part)


def flow(value: object) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def code(text: str) -> str:
    """Return a text set as code, nothing for nothing."""
    return f"`{text}`" if text else ""


def anchor(heading: str) -> str:
    """Return the anchor that Markdown readers give a heading."""
    kept = "".join(sign for sign in heading.lower() if sign.isalnum() or sign in " -_")
    return "#" + kept.replace(" ", "-")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"
