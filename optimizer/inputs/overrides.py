"""The effective document: a scenario file, partial documents over it (``--with``), single values last (``--set``)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from optimizer.inputs.characters import composed
from optimizer.inputs.document import Mark, Node, dotted, find, merge
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import decode, read_bytes
from optimizer.inputs.strict_yaml import parse_yaml
from optimizer.inputs.wording import show

SET_OPTION = "--set"
FORECAST_OPTION = "--forecast"
#: Letters of a file's first line that are read for the names of its columns.
MOST_OF_A_LINE = 10_000
#: Bytes; what a document of the most values takes with long names.
LARGEST_DOCUMENT = 2_000_000


@dataclass(frozen=True, slots=True)
class Change:
    """A value at a path of the document, or entries added to the list there; places of faults are those of `node`."""

    parts: tuple[str, ...]
    node: Node
    added: bool = False


@dataclass(frozen=True, slots=True)
class _Refused(Exception):  # noqa: N818  becomes a fault where it is caught
    """An override that has no place in the document."""

    what: str
    mend: str


def read_document(path: Path, shown: str, faults: Faults) -> Node | None:
    """Return a YAML file whose top level is a mapping; None, and faults, for anything else."""
    content = read_bytes(path, shown, faults, largest=LARGEST_DOCUMENT)
    text = None if content is None else decode(content, shown, faults)
    node = None if text is None else parse_yaml(text, shown, faults)
    if node is not None and not isinstance(node.value, Mapping):
        what = f"must be a mapping of keys (found {show(node.plain())})"
        faults.add(node.mark.at(()), what, "Write `key: value` lines.", "wrong-type")
        return None
    return node


def effective_document(
    path: Path, shown: str, sets: Sequence[str], withs: Sequence[Path], faults: Faults, changes: Sequence[Change] = ()
) -> Node | None:
    """Return the scenario file with its overrides in place: partial documents, single values, then changes."""
    document = read_document(path, shown, faults)
    for other in withs:
        partial = read_document(Path(other), str(other), faults)
        if document is not None and partial is not None:
            document = merge(document, partial)
    for text in sets:
        document = _with_value(document, text, faults)
    for change in changes:
        document = None if document is None else _changed(document, change, faults)
    return document


def _changed(document: Node, change: Change, faults: Faults) -> Node:
    value, there = change.node, find(document, change.parts)
    if change.added and there is not None and there.value is not None:
        before = there.value if isinstance(there.value, tuple) else (there,)
        after = value.value if isinstance(value.value, tuple) else (value,)
        value = Node((*before, *after), value.mark)
    try:
        return _set_in(document, change.parts, 0, value)
    except _Refused as refused:
        faults.add(change.node.mark.at(change.parts), refused.what, refused.mend, "override-path")
        return document


def with_forecast(document: Node, forecast: Path, columns: Collection[str] | None = None) -> Node:
    """Return the document with one demand file for every service and pipeline; which series of it they read stays.

    In a scenario with pipelines, a service without a demand of its own gets none: pages bring it.
    A ratio of peak to mean gives way to a file that has the mean itself. `columns` are those of the file, where they
    are known already.
    """
    services = document.child("services")
    if not isinstance(document.value, Mapping) or services is None or not isinstance(services.value, Mapping):
        return document
    known = columns_of(forecast) if columns is None else columns
    gone = {"constant_per_s", *(["peak_to_mean"] if "mean" in known else [])}
    file = Node(str(forecast.absolute()), Mark(FORECAST_OPTION))
    pipelines = document.child("pipelines")
    chained = pipelines is not None and isinstance(pipelines.value, Mapping) and bool(pipelines.value)
    alone = {name: part for name, part in services.value.items() if not (chained and part.child("demand") is None)}
    led = {name: _led_by(part, file, gone) for name, part in alone.items()}
    changed = {"services": Node({**services.value, **led}, services.mark)}
    if pipelines is not None and isinstance(pipelines.value, Mapping):
        pages = {name: _led_by(part, file, gone) for name, part in pipelines.value.items()}
        changed["pipelines"] = Node(pages, pipelines.mark)
    return Node({**document.value, **changed}, document.mark)


def columns_of(path: Path) -> list[str]:
    """Return the names of a CSV file's columns; none of a file that cannot be read, which is told later."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            return [name.strip().strip('"') for name in file.readline(MOST_OF_A_LINE).split(",")]
    except (OSError, UnicodeError):
        return []


def _led_by(service: Node, file: Node, gone: set[str]) -> Node:
    if not isinstance(service.value, Mapping):
        return service
    demand = service.value.get("demand")
    kept = demand.value if demand is not None and isinstance(demand.value, Mapping) else {}
    rest = {key: value for key, value in kept.items() if key not in gone}
    mark = demand.mark if demand is not None else file.mark
    return Node({**service.value, "demand": Node({**rest, "file": file}, mark)}, service.mark)


def _with_value(document: Node | None, text: str, faults: Faults) -> Node | None:
    key, separator, written = composed(text).partition("=")
    parts = tuple(key.strip().split("."))
    if not separator or not all(parts):
        mend = "Write --set path.to.key=value."
        faults.add(f"{SET_OPTION} {text}", "not a path and a value", mend, "override-syntax")
        return document
    value = parse_yaml(written, SET_OPTION, faults, base=parts, numbered=False)
    if document is None or value is None:
        return document
    try:
        return _set_in(document, parts, 0, value)
    except _Refused as refused:
        faults.add(Mark(SET_OPTION).at(parts), refused.what, refused.mend, "override-path")
        return document


def _set_in(node: Node, parts: tuple[str, ...], depth: int, value: Node) -> Node:
    """Return a copy of `node` with `value` at ``parts[depth:]``; missing mappings on the way are made."""
    if depth == len(parts):
        return value
    part = parts[depth]
    if isinstance(node.value, tuple):
        index = _index_of(part, node.value, parts[:depth])
        items = list(node.value)
        items[index] = _set_in(items[index], parts, depth + 1, value)
        return Node(tuple(items), node.mark)
    if not isinstance(node.value, Mapping):
        what = f"{dotted(parts[:depth])} has no keys (found {show(node.plain())})"
        raise _Refused(what, f"Set {dotted(parts[:depth])} as a whole.")
    missing = Node({}, value.mark)
    inner = _set_in(node.value.get(part, missing), parts, depth + 1, value)
    return Node({**node.value, part: inner}, node.mark)


def _index_of(part: str, items: tuple[Node, ...], path: tuple[str, ...]) -> int:
    if part.isascii() and part.isdigit() and int(part[:9]) < len(items):
        return int(part)
    last = len(items) - 1
    what = f"{dotted(path)} is a list of {len(items)} (found {show(part)})"
    raise _Refused(what, f"Give an index from 0 to {last}." if last >= 0 else "Set the whole list.")
