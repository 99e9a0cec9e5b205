"""What the plans were given: prices, demand, targets and other figures that are not the same.

A plan repeats only the catalog rows it uses. A row that only one of two plans repeats tells of another fleet, not of
another catalog, so rows are compared where both have them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from optimizer.domain.difference import InputChange
from optimizer.domain.plan import Plan

#: Tables of catalog rows, each with the columns that name a row.
TABLES: dict[str, tuple[str, ...]] = {
    "prices": ("provider", "instance_type", "location", "purchase_option"),
    "instance_types": ("provider", "name"),
    "availability": ("provider", "instance_type", "location"),
    "served_models": ("name",),
    "curves": ("profile", "accelerator", "accelerators_per_replica"),
    "transfer": ("origin", "destination", "from_gb"),
    "storage_prices": ("storage_class", "location"),
    "owned_servers": ("provider", "instance_type", "location"),
    "sites": ("location",),
}
#: Tables of the scenario: a row that only one plan has is a change.
ASKED: dict[str, tuple[str, ...]] = {"services": ("name",), "pipelines": ("name",), "origins": ("name",)}
#: Where one plan only tells of another fleet, by place.
BY_PLACE = ("zones", "location_energy")
#: Rates whose ratio is nearer to 1 than this are the same.
SAME = 1e-9
ABSENT = "none"
#: More numbers than this, such as those of every hour, are told by their number, ends and mean.
NUMBERS_TOLD = 12


def input_changes(before: Plan, after: Plan) -> tuple[InputChange, ...]:
    """Return what differs, demand first, then what was asked, then catalog rows that both plans use."""
    mine, theirs = before.inputs, after.inputs
    rest = sorted((mine.keys() | theirs.keys()) - TABLES.keys() - ASKED.keys() - {"demand", *BY_PLACE})
    found = [*_demand("demand", mine.get("demand", {}), theirs.get("demand", {}))]
    found += _demand("pages", *(_of_pages(side.get("pipelines", ())) for side in (mine, theirs)))
    for name, columns in ASKED.items():
        rows = [[_without_demand(row) for row in side.get(name, ())] for side in (mine, theirs)]
        found += _tables(name, columns, *rows, alone=True)
    for name in rest:
        found += _values(name, mine.get(name), theirs.get(name))
    found += _catalogs(before, after)
    for name, columns in TABLES.items():
        found += _tables(name, columns, mine.get(name, ()), theirs.get(name, ()), alone=False)
    for name in BY_PLACE:
        old, new = mine.get(name, {}), theirs.get(name, {})
        for place in sorted(old.keys() & new.keys()):
            found += _values(f"{name} {place}", old[place], new[place])
    return tuple(found)


def _catalogs(before: Plan, after: Plan) -> Iterator[InputChange]:
    old, new = ({row["name"]: row for row in plan.catalog} for plan in (before, after))
    for name in sorted(old.keys() | new.keys()):
        sides = [_version(rows.get(name)) for rows in (old, new)]
        if old.get(name, {}).get("sha256") != new.get(name, {}).get("sha256"):
            yield InputChange(f"catalog {name}", *sides)


def _version(row: Mapping[str, str] | None) -> str:
    return ABSENT if row is None else f"as of {row['as_of']}, sha256 {row['sha256'][:8]}"


def _of_pages(pipelines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {row["name"]: row.get("demand", {}) for row in pipelines}


def _without_demand(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "demand"}


def _demand(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[InputChange]:
    """Changes of each (service or page, origin), told by the sums and the largest values of its hours."""
    pairs = {(service, origin) for side in (old, new) for service, origins in side.items() for origin in origins}
    for service, origin in sorted(pairs):
        rates = [side.get(service, {}).get(origin) for side in (old, new)]
        if rates[0] is None or rates[1] is None or not _same(rates[0], rates[1]):
            yield InputChange(f"{what} {service} {origin}", *(_rates(item) for item in rates))


def _rates(rates: Mapping[str, Any] | None) -> str:
    if rates is None:
        return ABSENT
    mean = sum(rates["mean"]) / max(len(rates["mean"]), 1)
    return f"peak {max(rates['peak'], default=0.0):,.6g}/s, mean {mean:,.6g}/s"


def _tables(
    name: str,
    columns: Sequence[str],
    old: Sequence[Mapping[str, Any]],
    new: Sequence[Mapping[str, Any]],
    *,
    alone: bool,
) -> Iterator[InputChange]:
    mine, theirs = ({_key(row, columns): row for row in rows} for rows in (old, new))
    for key in sorted(mine.keys() | theirs.keys() if alone else mine.keys() & theirs.keys()):
        yield from _values(f"{name} {' '.join(part for part in key if part)}", mine.get(key), theirs.get(key))


def _key(row: Mapping[str, Any], columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(row.get(column, "")) for column in columns)


def _values(what: str, old: Any, new: Any) -> Iterator[InputChange]:  # noqa: ANN401  any JSON value
    """Changes of a value, mappings key by key."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            yield from _values(f"{what}.{key}", old.get(key), new.get(key))
    elif not _same(old, new):
        yield InputChange(what, _text(old), _text(new))


def _same(old: Any, new: Any) -> bool:  # noqa: ANN401  any JSON value
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return len(old) == len(new) and all(_same(a, b) for a, b in zip(old, new, strict=True))
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, int | float) and isinstance(new, int | float):
        return abs(old - new) <= SAME * max(abs(old), abs(new))
    return bool(old == new)


def _text(value: Any) -> str:  # noqa: ANN401  any JSON value
    """A value in a few words; a list of mappings by its length."""
    if value is None or value in ([], (), {}):
        return ABSENT
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(item)}" for key, item in value.items() if item not in (None, "", [], {}))
    if isinstance(value, list | tuple):
        if len(value) > NUMBERS_TOLD and all(isinstance(item, int | float) for item in value):
            least, most, mean = (_text(float(found)) for found in (min(value), max(value), fmean(value)))
            return f"{len(value)} numbers, {least} to {most}, {mean} on average"
        return "; ".join(_text(item) for item in value)
    return str(value)
