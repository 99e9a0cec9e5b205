"""Plain CSV of measured points: one row for each batch size, units in the names of the columns."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.inputs.columns import Column
from optimizer.inputs.csv_table import Row, read_table
from optimizer.inputs.faults import Faults
from optimizer.inputs.measurements.rows import Key, MeasurementAsked, MeasurementRow, common
from optimizer.inputs.raw_table import RawTable
from optimizer.inputs.wording import listed

#: Suffix of a column of times: how many make a second.
UNITS = {"s": 1.0, "ms": 1e3, "us": 1e6}
#: Quantities of time, the first name being the usual one.
TIMES = {"mean": ("service_time", "latency_avg"), "p95": ("latency_p95",), "p99": ("latency_p99",)}
RATE = "throughput_per_s"
HIGHEST = 1e12


def _time(name: str) -> Column:
    return Column(name, "number", above=0.0, high=HIGHEST, required=False, may_be_empty=True)


COLUMNS: tuple[Column, ...] = (
    Column("batch_size", "whole", low=1, high=1e9),
    *(_time(f"{name}_{unit}") for names in TIMES.values() for name in names for unit in UNITS),
    _time(RATE),
    Column("concurrency", "whole", low=1, high=1e6, required=False, may_be_empty=True),
    Column("served_model", required=False),
    Column("precision", required=False),
    Column("accelerator", required=False),
    Column("accelerators_per_replica", "whole", low=1, high=1e6, required=False),
    Column("min_vcpu", "whole", low=0, high=1e6, required=False, may_be_empty=True),
    Column("source", required=False),
    Column("as_of", "date", required=False),
    Column("licence", required=False, may_be_empty=True),
)


def is_plain(header: Sequence[str]) -> bool:
    """Whether a header is that of a plain file, complete or not."""
    return "batch_size" in header or any(column.name in header for column in COLUMNS[1:14])


def plain(raw: RawTable, asked: MeasurementAsked, faults: Faults) -> list[MeasurementRow]:
    """Read a plain file."""
    table = read_table(raw, COLUMNS, (), faults)
    place = f"{raw.file}:{raw.header_line}"
    _refuse_mixed_units(raw, place, faults)
    times = [name for name in raw.header if name.startswith(TIMES["mean"]) and name in {c.name for c in COLUMNS}]
    if not times and RATE not in raw.header:
        what = f"has no column of times (found {listed(raw.header)})"
        faults.add(place, what, "Add service_time_ms, or throughput_per_s where one batch was served at a time.")
        return []
    found = []
    for index, row in table.rows():
        where = f"{raw.file}:{table.lines[index]}"
        if all(row[name] is None for name in (*times, RATE)):
            faults.add(f"{where} {(times or [RATE])[0]}", "has no value", "Give one, or delete the row.", "no-value")
            continue
        found.append(_row(row, where, asked, common(asked, raw.file)))
    return found


def _refuse_mixed_units(raw: RawTable, place: str, faults: Faults) -> None:
    """Tell quantities that are there twice, in two units or under two names."""
    for names in TIMES.values():
        there = [name for name in raw.header if name in {f"{one}_{unit}" for one in names for unit in UNITS}]
        if len(set(there)) > 1:
            what = f"gives one time in two columns (found {listed(there)})"
            faults.add(place, what, "Keep one of them: units are not mixed.", "mixed-units")


def _row(row: Row, where: str, asked: MeasurementAsked, usual: tuple[Key, str]) -> MeasurementRow:
    (model, precision, accelerator, count), source = usual
    key = (
        row["served_model"] or model,
        row["precision"] or precision,
        row["accelerator"] or accelerator,
        row["accelerators_per_replica"] or count,
    )
    return MeasurementRow(
        where=where,
        key=key,
        batch_items=row["batch_size"],
        mean_s=_seconds(row, TIMES["mean"]),
        p95_s=_seconds(row, TIMES["p95"]),
        p99_s=_seconds(row, TIMES["p99"]),
        throughput_per_s=row[RATE],
        concurrency=row["concurrency"] or 1,
        min_vcpu=row["min_vcpu"] or asked.min_vcpu,
        source=row["source"] or source,
        as_of=row["as_of"] or asked.as_of,
        licence=row["licence"] or asked.licence,
    )


def _seconds(row: Row, names: Sequence[str]) -> float | None:
    """Return the one time that is there, in seconds."""
    for name in names:
        for unit, per_second in UNITS.items():
            value = row[f"{name}_{unit}"]
            if value is not None:
                return float(value) / per_second
    return None
