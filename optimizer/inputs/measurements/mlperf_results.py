"""Tables of MLPerf Inference results: the data of MLCommons' results page, and `summary.csv` of its submission checker.

A row is one result of a whole system. SingleStream is the 90th percentile of the latency of one sample, MultiStream the
99th of a query of eight: both are taken for the time of such a batch, which is on the slow side. Offline is the rate of
full batches whose size no table says; of several replicas each is taken to serve an equal part. Server, Interactive,
tokens, power and inferred results are no time of a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.inputs.columns import Column
from optimizer.inputs.csv_table import Row, read_table
from optimizer.inputs.faults import Faults
from optimizer.inputs.measurements.rows import MeasurementAsked, MeasurementRow, common
from optimizer.inputs.raw_table import RawTable
from optimizer.inputs.wording import listed, show

#: What each column is called, by who wrote the table; the first that is there is read.
NAMES: dict[str, tuple[str, ...]] = {
    "model": ("MlperfModel", "Model MLC", "Benchmark", "Model"),
    "scenario": ("Scenario1", "Scenario"),
    "units": ("Units1", "Units"),
    "result": ("Avg. Result", "Result"),
    "accelerators": ("# of Accelerators", "accelerators_per_node"),
    "accelerator": ("Accelerator", "accelerator_model_name"),
    "nodes": ("# of Nodes", "number_of_nodes"),
    "system": ("System Name (click + for details)", "System Name", "SystemName", "System"),
    "submitter": ("Submitter", "Organization"),
    "round": ("Round", "Version", "version"),
    "inferred": ("inferred",),
}
NEEDED = ("model", "scenario", "units", "result", "accelerators")
#: Samples of a query of MultiStream since round 2.0.
MULTI_STREAM = 8
BATCH = {"SingleStream": 1, "MultiStream": MULTI_STREAM}
LATENCY, RATE = "Latency (ms)", "Samples/s"
UNITS = {"SingleStream": LATENCY, "MultiStream": LATENCY, "Offline": RATE}
NO_TIME = ("Server", "Interactive")
#: Marks of units that are no time and no rate of samples.
POWER, TOKENS = ("watt", "joule"), ("token",)
#: In the cells of a table whose systems take several rows each.
CROSSTAB = "Avg. Result at System Name"
HIGHEST = 1e12


@dataclass(frozen=True, slots=True)
class _Result:
    """A row, and why it is no service time; empty where it is one."""

    where: str
    cells: Row
    unusable: str


def is_results(header: Sequence[str]) -> bool:
    """Whether a header is that of a table of results, complete or not."""
    found = {name for name, aliases in NAMES.items() if any(alias in header for alias in aliases)}
    return {"scenario", "result"} <= found and bool({"model", "units"} & found)


def is_crosstab(text: str) -> bool:
    """Whether a text is the other form of the results page, where systems take several rows under several headers."""
    return CROSSTAB in text


def refuse_crosstab(place: str, faults: Faults) -> None:
    """Say in which form results can be read."""
    what = "is a crosstab of MLPerf results, with headers and systems over several rows"
    faults.add(place, what, f"Give one row for each result: {header()}.", "crosstab")


def header() -> str:
    """Say what such a table is known by."""
    return "Model, Scenario, Units, Result, # of Accelerators"


def results(raw: RawTable, asked: MeasurementAsked, batch: int | None, faults: Faults) -> list[MeasurementRow]:
    """Read the results of one benchmark on one system; a result that is no service time is a row that says why."""
    found = _found(raw, asked, faults)
    told = len(faults)
    usable = [result for result in found if not result.unusable]
    _refuse_several(raw, usable, faults)
    _refuse_no_batch(usable, batch, faults)
    return [] if len(faults) > told else [_row(result, asked, batch, raw.file) for result in found]


def _found(raw: RawTable, asked: MeasurementAsked, faults: Faults) -> list[_Result]:
    place = f"{raw.file}:{raw.header_line}"
    columns = {name: next((a for a in aliases if a in raw.header), None) for name, aliases in NAMES.items()}
    for name in (name for name in NEEDED if columns[name] is None):
        what = f"has no column {' or '.join(sorted(set(NAMES[name])))}"
        faults.add(place, what, "Export it as well, one row for each result.", "missing-column")
    if any(columns[name] is None for name in NEEDED):
        return []
    there = {name: alias for name, alias in columns.items() if alias is not None}
    kept = [raw.header.index(alias) for alias in there.values()]
    narrowed = RawTable(
        raw.file, tuple(there.values()), raw.header_line, [raw.cells[i] for i in kept], raw.lines, raw.separator
    )
    kinds = {
        "result": Column("", "number", above=0.0, high=HIGHEST, may_be_empty=True),
        "accelerators": Column("", "whole", low=0, high=1e6, may_be_empty=True),
        "nodes": Column("", "whole", low=1, high=1e6, may_be_empty=True),
    }
    text = Column("", may_be_empty=True)
    declared = [
        Column(alias, kind.kind, kind.low, kind.above, kind.high, may_be_empty=True)
        for name, alias in there.items()
        for kind in (kinds.get(name, text),)
    ]
    table = read_table(narrowed, declared, (), faults)
    found = []
    for index, row in table.rows():
        where = f"{raw.file}:{table.lines[index]}"
        cells = {name: row.get(alias) if alias is not None else None for name, alias in columns.items()}
        if _is_known(where, cells, faults):
            found.append(_Result(where, cells, _unusable(cells, asked)))
    return found


def _is_known(where: str, cells: Row, faults: Faults) -> bool:
    """Whether a row has a scenario that is known in a unit that it can be in; else a fault."""
    scenario, units = cells["scenario"] or "", cells["units"] or ""
    if scenario not in (*UNITS, *NO_TIME):
        what = f"no scenario of MLPerf Inference (found {show(scenario)})"
        faults.add(f"{where} Scenario", what, f"It is one of {listed((*UNITS, *NO_TIME))}.", "scenario")
        return False
    other = scenario in NO_TIME or _has(units, POWER) or _has(units, TOKENS)
    if not other and units != UNITS[scenario]:
        what = f"{scenario} must be in {UNITS[scenario]} (found {show(units)})"
        faults.add(f"{where} Units", what, "Give the result in that unit, or delete the row.", "mixed-units")
        return False
    return True


def _has(units: str, marks: Sequence[str]) -> bool:
    return any(mark in units.lower() for mark in marks)


def _unusable(cells: Row, asked: MeasurementAsked) -> str:
    """Say why a result is no service time; empty where it is one."""
    return _not_timed(cells) or _not_one_replica(cells, asked.accelerators_per_replica)


def _not_timed(cells: Row) -> str:
    """Say why a result holds no time of a batch, whatever it ran on."""
    scenario, units = cells["scenario"], cells["units"] or ""
    reasons = {
        "is power or energy, no time": _has(units, POWER),
        f"the {scenario} scenario is latency under load, not the time of one batch": scenario in NO_TIME,
        "counts tokens of many requests at once, not the time of one batch": _has(units, TOKENS),
        "has no result": cells["result"] is None,
        "was inferred from another scenario, not measured": cells["inferred"] not in (None, "0", "False", "false"),
    }
    return next((reason for reason, applies in reasons.items() if applies), "")


def _not_one_replica(cells: Row, each: int) -> str:
    """Say why a result tells nothing of one replica, which has `each` accelerators."""
    count, nodes = cells["accelerators"] or 0, cells["nodes"] or 1
    if nodes > 1:
        return f"is of {nodes} nodes: accelerators may be counted by node or in all"
    if not count:
        return "is of a system without accelerators: what one replica takes of it is not said"
    if cells["scenario"] in BATCH and count != each:
        return f"one query at a time on {count} accelerators, where a replica has {each}: not said which served it"
    return f"{count} accelerators are no whole number of replicas of {each}" if count % each else ""


def _refuse_several(raw: RawTable, usable: Sequence[_Result], faults: Faults) -> None:
    """Tell several benchmarks or systems: their results are no points of one curve."""
    for name, called in (("model", "benchmarks"), ("accelerator", "accelerators"), ("system", "systems"),
                         ("submitter", "submitters"), ("round", "rounds")):  # fmt: skip
        found = {result.cells[name] or "" for result in usable}
        if len(found) > 1:
            what = f"holds results of several {called} (found {listed(found)})"
            faults.add(raw.file, what, "Keep the rows of one, and fit the others on their own.", f"several-{called}")
            return


def _refuse_no_batch(usable: Sequence[_Result], batch: int | None, faults: Faults) -> None:
    offline = [result.where for result in usable if result.cells["scenario"] == "Offline"]
    if offline and batch is None:
        what = "is an Offline result, which does not say its batch size"
        mend = "Give --batch-size, once for each file, or delete the row."
        faults.add(offline[0], what, mend, "no-batch-size")


def _row(result: _Result, asked: MeasurementAsked, batch: int | None, file: str) -> MeasurementRow:
    key, source = common(asked, file)
    cells, scenario = result.cells, result.cells["scenario"]
    value = None if result.unusable else float(cells["result"])
    replicas = (cells["accelerators"] or 0) / asked.accelerators_per_replica
    quoted = [cells["round"] or "", cells["submitter"] or "", cells["system"] or ""]
    return MeasurementRow(
        where=result.where,
        key=key,
        batch_items=BATCH.get(scenario, batch or 1),
        mean_s=value / 1e3 if value is not None and scenario in BATCH else None,
        throughput_per_s=value / replicas if value is not None and scenario not in BATCH else None,
        min_vcpu=asked.min_vcpu,
        source=asked.source or f"MLPerf Inference, {', '.join(filter(None, quoted))}; {source}",
        as_of=asked.as_of,
        licence=asked.licence,
        label=scenario,
        unusable=result.unusable,
    )
