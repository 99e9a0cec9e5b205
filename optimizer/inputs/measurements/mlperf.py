"""``mlperf_log_summary.txt`` of MLPerf Inference, as LoadGen writes it; times are nanoseconds.

SingleStream serves one sample at a time, MultiStream a fixed number of them: both are service times. Offline is the
throughput of full batches whose size the file does not say. Server is latency under load, and no service time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from optimizer.inputs.faults import Faults
from optimizer.inputs.measurements.rows import MeasurementAsked, MeasurementRow, common

TITLE = "MLPerf Results Summary"
_LINE = re.compile(r"^(.+?)\s*:\s*(\S.*?)\s*$")
SCENARIO, MODE, RESULT = "Scenario", "Mode", "Result is"
MEAN, P95, P99 = "Mean latency (ns)", "95.00 percentile latency (ns)", "99.00 percentile latency (ns)"
OFFLINE_RATE, PER_QUERY = "Samples per second", "samples_per_query"
SERVICE_TIMES = {"SingleStream", "MultiStream"}


@dataclass(frozen=True, slots=True)
class _Entry:
    line: int
    value: str


def is_summary(text: str) -> bool:
    """Whether a text is a LoadGen summary."""
    return any(line.strip() == TITLE for line in text.splitlines()[:5])


def read_summary(
    text: str, file: str, asked: MeasurementAsked, batch: int | None, faults: Faults
) -> list[MeasurementRow]:
    """Read one run; a run that is no service time is a row that says why."""
    entries = _entries(text)
    scenario = entries.get(SCENARIO, _Entry(1, ""))
    key, source = common(asked, file)
    where = f"{file}:{scenario.line}"
    if scenario.value not in {*SERVICE_TIMES, "Offline", "Server"}:
        faults.add(where, f"no scenario of MLPerf (found {scenario.value or 'nothing'})", "Give a whole summary.")
        return []
    reading = _Reading(entries, file, faults)
    size = _batch(scenario.value, batch, reading)
    if size is None:
        return []
    mean, p95, p99 = (reading.seconds(name) if scenario.value in SERVICE_TIMES else None for name in (MEAN, P95, P99))
    rate = reading.number(OFFLINE_RATE) if scenario.value == "Offline" else None
    if (mean if scenario.value in SERVICE_TIMES else rate) is None and scenario.value != "Server":
        return []
    return [
        MeasurementRow(
            where=where,
            key=key,
            batch_items=size,
            mean_s=mean,
            p95_s=p95,
            p99_s=p99,
            throughput_per_s=rate,
            min_vcpu=asked.min_vcpu,
            source=source,
            as_of=asked.as_of,
            licence=asked.licence,
            label=scenario.value,
            unusable=_unusable(entries),
        )
    ]


def _entries(text: str) -> dict[str, _Entry]:
    """Return the first value of each name, with its line."""
    found: dict[str, _Entry] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _LINE.match(line.strip()):
            found.setdefault(match[1], _Entry(number, match[2]))
    return found


@dataclass(frozen=True, slots=True)
class _Reading:
    entries: dict[str, _Entry]
    file: str
    faults: Faults

    def number(self, name: str) -> float | None:
        """Return a number above 0; None and a fault for anything else."""
        entry = self.entries.get(name)
        if entry is None:
            self.faults.add(self.file, f"has no line {name}", "Give a whole summary.", "missing-line")
            return None
        try:
            value = float(entry.value)
        except ValueError:
            value = float("nan")
        if not 0.0 < value < float("inf"):
            what = f"must be a number above 0 (found {entry.value})"
            self.faults.add(f"{self.file}:{entry.line} {name}", what, "Run it again.", "not-a-number")
            return None
        return value

    def seconds(self, name: str) -> float | None:
        """Return nanoseconds as seconds."""
        value = self.number(name)
        return None if value is None else value / 1e9


def _batch(scenario: str, asked: int | None, reading: _Reading) -> int | None:
    """Return the samples served at once."""
    if scenario == "SingleStream":
        return 1
    if scenario == "MultiStream":
        per_query = reading.number(PER_QUERY)
        return None if per_query is None else int(per_query)
    if scenario == "Offline" and asked is None:
        what = "is an Offline run, which does not say its batch size"
        reading.faults.add(reading.file, what, "Give --batch-size, once for each file.", "no-batch-size")
        return None
    return asked or 1


def _unusable(entries: dict[str, _Entry]) -> str:
    """Say why a run is no service time; empty where it is one."""
    if entries[SCENARIO].value == "Server":
        return "the Server scenario is latency under load, not the time of one batch"
    mode = entries.get(MODE)
    if mode is not None and mode.value != "PerformanceOnly":
        return f"a run for accuracy is not timed (mode {mode.value})"
    result = entries.get(RESULT)
    if result is not None and result.value != "VALID":
        return f"LoadGen calls the run {result.value}"
    return ""
