"""CSV files of Triton's Perf Analyzer (``-f``) and Model Analyzer (``metrics-model-inference.csv``).

Perf Analyzer times are microseconds, Model Analyzer's milliseconds; both count inferences, a batch being that many of
them. Perf Analyzer's parts of a mean latency add up to it, which stands in where the mean itself is not in the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.inputs.columns import Column
from optimizer.inputs.csv_table import Row, Table, read_table
from optimizer.inputs.faults import Faults
from optimizer.inputs.measurements.rows import MeasurementAsked, MeasurementRow, common
from optimizer.inputs.raw_table import RawTable
from optimizer.inputs.wording import listed

RATE = "Inferences/Second"
PARTS = (
    "Client Send",
    "Network+Server Send/Recv",
    "Server Queue",
    "Server Compute",
    "Server Compute Input",
    "Server Compute Infer",
    "Server Compute Output",
    "Server Cache Hit",
    "Server Cache Miss",
    "Client Recv",
)
#: Without these the parts are not the whole.
SERVER_PARTS = ("Server Queue", "Client Send", "Client Recv")
THROUGHPUT = "Throughput (infer/sec)"
HIGHEST = 1e12


def is_perf_analyzer(header: tuple[str, ...]) -> bool:
    """Whether a header is Perf Analyzer's."""
    return RATE in header and ("Concurrency" in header or "Request Rate" in header)


def is_model_analyzer(header: tuple[str, ...]) -> bool:
    """Whether a header is that of Model Analyzer's table of models."""
    return {"Model", "Batch"} <= set(header) and THROUGHPUT in header


def perf_analyzer(raw: RawTable, asked: MeasurementAsked, batch: int | None, faults: Faults) -> list[MeasurementRow]:
    """Read a file of Perf Analyzer, which does not say the batch size it was run with."""
    if "Concurrency" not in raw.header:
        what = "was run at request rates, where batches wait for each other"
        faults.add(f"{raw.file}:{raw.header_line}", what, "Run it with --concurrency-range 1.", "request-rate")
        return []
    if batch is None:
        what = "does not say the batch size it was run with"
        faults.add(raw.file, what, "Give --batch-size, once for each file, as -b was.", "no-batch-size")
        return []
    times = [name for name in (*PARTS, "Avg latency", "p95 latency", "p99 latency") if name in raw.header]
    known = [
        Column("Concurrency", "whole", low=1),
        Column(RATE, "number", above=0.0, high=HIGHEST),
        *(Column(name, "number", low=0.0, high=HIGHEST) for name in times),
    ]
    table = _known_columns(raw, known, faults)
    key, source = common(asked, raw.file)
    return [
        MeasurementRow(
            where=f"{raw.file}:{table.lines[index]}",
            key=key,
            batch_items=batch,
            mean_s=_seconds(_mean_us(row), 1e6),
            p95_s=_seconds(row.get("p95 latency"), 1e6),
            p99_s=_seconds(row.get("p99 latency"), 1e6),
            throughput_per_s=row[RATE],
            concurrency=row["Concurrency"],
            min_vcpu=asked.min_vcpu,
            source=source,
            as_of=asked.as_of,
            licence=asked.licence,
        )
        for index, row in table.rows()
    ]


def _mean_us(row: Row) -> float | None:
    """Mean latency in microseconds: its column, else the sum of its parts where all are there."""
    if "Avg latency" in row:
        return float(row["Avg latency"])
    if all(part in row for part in SERVER_PARTS):
        return float(sum(row[part] for part in PARTS if part in row))
    return None


def model_analyzer(raw: RawTable, asked: MeasurementAsked, faults: Faults) -> list[MeasurementRow]:
    """Read a table of models; one file holds one model."""
    optional = ("Avg Latency (ms)", "p95 Latency (ms)", "p99 Latency (ms)")
    known = [
        Column("Model"),
        Column("Batch", "whole", low=1),
        Column("Concurrency", "whole", low=1),
        Column(THROUGHPUT, "number", above=0.0, high=HIGHEST),
        *(Column(name, "number", above=0.0, high=HIGHEST) for name in optional if name in raw.header),
        *(Column(name, may_be_empty=True) for name in ("Model Config Path",) if name in raw.header),
    ]
    table = _known_columns(raw, known, faults)
    models = {row["Model"] for _, row in table.rows()}
    if len(models) > 1:
        what = f"holds several models (found {listed(models)})"
        faults.add(raw.file, what, "Keep the rows of one model, and fit the others on their own.", "several-models")
        return []
    key, source = common(asked, raw.file)
    return [
        MeasurementRow(
            where=f"{raw.file}:{table.lines[index]}",
            key=key,
            batch_items=row["Batch"],
            mean_s=_seconds(row.get("Avg Latency (ms)"), 1e3),
            p95_s=_seconds(row.get("p95 Latency (ms)"), 1e3),
            p99_s=_seconds(row.get("p99 Latency (ms)"), 1e3),
            throughput_per_s=row[THROUGHPUT],
            concurrency=row["Concurrency"],
            min_vcpu=asked.min_vcpu,
            source=source,
            as_of=asked.as_of,
            licence=asked.licence,
            label=row.get("Model Config Path") or "",
        )
        for index, row in table.rows()
    ]


def _known_columns(raw: RawTable, known: list[Column], faults: Faults) -> Table:
    """Read the columns that are known, and pass over all others: those are the tool's own."""
    names = {column.name for column in known}
    kept = [index for index, name in enumerate(raw.header) if name in names]
    narrowed = RawTable(
        raw.file,
        tuple(raw.header[index] for index in kept),
        raw.header_line,
        [raw.cells[index] for index in kept],
        raw.lines,
        raw.separator,
    )
    return read_table(narrowed, known, (), faults) if kept else _empty(raw)


def _empty(raw: RawTable) -> Table:
    return Table(raw.file, [], {}, frozenset())


def _seconds(value: float | None, per_second: float) -> float | None:
    return None if value is None else value / per_second


def headers() -> Iterator[str]:
    """Say what each kind of file is known by."""
    yield f"Perf Analyzer: Concurrency, {RATE}"
    yield f"Model Analyzer: Model, Batch, {THROUGHPUT}"
