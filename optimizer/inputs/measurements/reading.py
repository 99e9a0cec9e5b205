"""Files of measurements as curves: kinds told by their headers, every fault with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optimizer.domain.measured import LeftOutRow, MeasuredCurve, MeasuredPoint
from optimizer.domain.words import counted
from optimizer.inputs.columns import Column, read_column
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import decode, read_bytes
from optimizer.inputs.measurements import mlperf, mlperf_results, plain, triton
from optimizer.inputs.measurements.consistency import sift
from optimizer.inputs.measurements.rows import Key, MeasurementAsked, MeasurementRow
from optimizer.inputs.raw_table import RawTable, read_raw_table
from optimizer.inputs.wording import listed

#: A curve needs so many batch sizes.
LEAST_POINTS = 2
CORRECT = "Correct the row or measure again; --skip-rejected fits without it."


@dataclass(frozen=True, slots=True)
class Measurements:
    """What files hold: curves by name, and the rows that no curve rests on."""

    files: tuple[str, ...]
    curves: tuple[MeasuredCurve, ...]
    left_out: tuple[LeftOutRow, ...]


def read_measurements(paths: Sequence[Path], asked: MeasurementAsked, *, skip_rejected: bool = False) -> Measurements:
    """Read measurement files.

    Parameters
    ----------
    paths
        Files of any kinds; rows of one name are one curve.
    asked
        What the files do not say.
    skip_rejected
        Leave out rows that contradict themselves or others, instead of refusing the files, and curves of which too
        little is left.

    Raises
    ------
    InputError
        With every fault; rejected rows are faults too unless they are skipped.
    """
    faults = Faults()
    _refuse_asked(paths, asked, faults)
    rows = [row for number, path in enumerate(paths) for row in _read_file(path, asked, number, faults)]
    _refuse_nameless(rows, faults)
    faults.raise_if_any()
    groups: dict[Key, list[MeasurementRow]] = {}
    for row in rows:
        groups.setdefault(row.key, []).append(row)
    curves: list[MeasuredCurve] = []
    left_out: list[LeftOutRow] = []
    short: list[tuple[LeftOutRow, str]] = []
    for key, group in groups.items():
        sifted = sift(group)
        left_out += sifted.left_out
        if not skip_rejected:
            for out in (one for one in sifted.left_out if one.rejected):
                faults.add(out.where, out.reason, CORRECT, "rejected")
        if len(sifted.points) < LEAST_POINTS:
            short.append(_too_few(group, sifted.points, sifted.left_out))
        else:
            curves.append(_curve(key, group, sifted.points))
    if not (skip_rejected and curves):
        for out, mend in short:
            faults.add_unless_told(out.where, out.reason, mend, "one-point")
    faults.raise_if_any()
    left_out += [out for out, _ in short]
    return Measurements(tuple(map(str, paths)), tuple(curves), tuple(left_out))


def _read_file(path: Path, asked: MeasurementAsked, number: int, faults: Faults) -> list[MeasurementRow]:
    """Read one file of any kind."""
    shown = str(path)
    content = read_bytes(path, shown, faults)
    text = None if content is None else decode(content, shown, faults)
    if text is None:
        return []
    sizes = asked.batch_sizes
    batch = None if not sizes else sizes[number] if len(sizes) > number else sizes[0]
    if mlperf.is_summary(text):
        return mlperf.read_summary(text, shown, asked, batch, faults)
    if mlperf_results.is_crosstab(text):
        mlperf_results.refuse_crosstab(f"{shown}:1", faults)
        return []
    raw = read_raw_table(text, shown, faults)
    return [] if raw is None else _read_table(raw, asked, batch, faults)


def _read_table(raw: RawTable, asked: MeasurementAsked, batch: int | None, faults: Faults) -> list[MeasurementRow]:
    """Read a CSV file by what its header says it is."""
    place = f"{raw.file}:{raw.header_line}"
    if not len(raw):
        faults.add_unless_told(place, "has a header and no rows", "Add rows.", "empty")
    elif triton.is_perf_analyzer(raw.header):
        return triton.perf_analyzer(raw, asked, batch, faults)
    elif triton.is_model_analyzer(raw.header):
        return triton.model_analyzer(raw, asked, faults)
    elif mlperf_results.is_results(raw.header):
        return mlperf_results.results(raw, asked, batch, faults)
    elif plain.is_plain(raw.header):
        return plain.plain(raw, asked, faults)
    else:
        what = f"is no measurement file that is known (found the columns {listed(raw.header)})"
        tables = "; ".join((*triton.headers(), f"MLPerf results: {mlperf_results.header()}", mlperf.TITLE))
        mend = f"Known by: plain CSV: batch_size, service_time_ms; {tables}."
        faults.add(place, what, mend, "unknown-kind")
    return []


def _refuse_asked(paths: Sequence[Path], asked: MeasurementAsked, faults: Faults) -> None:
    """Tell options that cannot be meant."""
    if len(asked.batch_sizes) not in (0, 1, len(paths)):
        found = f"{len(asked.batch_sizes)} for {counted(len(paths), 'file')}"
        what = f"must be given once, or once for each file (found {found})"
        faults.add("--batch-size", what, "Give as many as files, in their order.", "count")
    if asked.profile and not all(asked.profile.rpartition("/")[::2]):
        what = f'must be served-model/precision (found "{asked.profile}")'
        faults.add("--profile", what, "Write it as bert-base-s128/fp16.", "profile")
    if asked.as_of:
        problem = read_column(Column("as_of", "date"), [asked.as_of]).problems.get(0)
        if problem is not None:
            faults.add("--as-of", problem.what, problem.mend, problem.code)


def _refuse_nameless(rows: Sequence[MeasurementRow], faults: Faults) -> None:
    """Tell what neither a file nor an option says, once."""
    needed = (
        ("--profile", "bert-base-s128/fp16", [row.where for row in rows if not (row.key[0] and row.key[1])]),
        ("--accelerator", "A10G-24GB", [row.where for row in rows if not row.key[2]]),
        ("--as-of", "2026-11-20", [row.where for row in rows if not row.as_of]),
    )
    for option, example, without in needed:
        if without:
            what = f"is missing, and {without[0]} does not say it"
            faults.add_unless_told(option, what, f"Give it, as in {option} {example}, or a column.", "missing")


def _too_few(
    group: Sequence[MeasurementRow], points: Sequence[MeasuredPoint], left_out: Sequence[LeftOutRow]
) -> tuple[LeftOutRow, str]:
    """Say that a curve has one batch size or none, why its other rows are none, and what to do."""
    model, precision, accelerator, _ = group[0].key
    found = f"only batch {points[0].batch_items}" if points else "none"
    where = points[0].where if points else group[0].where
    what = f"a curve needs two batch sizes, {model}/{precision} on {accelerator} has {found}"
    reasons = sorted({row.reason for row in left_out if not row.rejected})
    why = f" ({'; '.join(reasons[:3])})" if reasons else ""
    mend = "Measure another batch size, best the smallest and the largest you would use."
    return LeftOutRow(where, what + why, rejected=False), mend


def _curve(key: Key, group: Sequence[MeasurementRow], points: tuple[MeasuredPoint, ...]) -> MeasuredCurve:
    """Make a curve; it is as old as its oldest row, and needs the largest host any row names."""
    return MeasuredCurve(
        *key,
        min_vcpu=max(row.min_vcpu for row in group),
        points=points,
        source="; ".join(dict.fromkeys(row.source for row in group)),
        as_of=min(row.as_of for row in group),
        licence="; ".join(dict.fromkeys(row.licence for row in group if row.licence)),
    )
