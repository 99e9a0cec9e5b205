"""A document as a tree of plain values that know the file and line they were written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimizer.inputs.wording import likely_name

Scalar = str | int | float | bool | None
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """File (or command line option) and line, from 1; line 0 where there are no lines."""

    file: str
    line: int = 0

    def at(self, path: Sequence[str | int]) -> str:
        """Return the place of a path as a planner finds it: ``shop.yaml:14 services.ranking.latency.p99_ms``."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {dotted(path)}" if path else place


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands. In a mapping the mark of a value is that of its key."""

    value: Scalar | tuple[Node, ...] | Mapping[str, Node]
    mark: Mark

    def child(self, part: str | int) -> Node | None:
        """Return the value under a key or at an index, None where there is none."""
        if isinstance(self.value, Mapping):
            return self.value.get(str(part))
        if isinstance(self.value, tuple) and isinstance(part, int) and 0 <= part < len(self.value):
            return self.value[part]
        return None

    def plain(self) -> object:
        """Return the value as dicts, lists and scalars."""
        if isinstance(self.value, Mapping):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.plain() for node in self.value]
        return self.value


def dotted(path: Sequence[str | int]) -> str:
    """Return a path as overrides spell it: ``services.ranking.profile.0``."""
    return ".".join(str(part) for part in path)


def find(root: Node, path: Sequence[str | int]) -> Node | None:
    """Return the node at a path, None where there is none."""
    node: Node | None = root
    for part in path:
        node = node.child(part) if node is not None else None
    return node


def place_of(root: Node, path: Sequence[str | int]) -> str:
    """Return where a path stands, or would stand: a missing key is placed at the mapping that lacks it.

    Parts of the path that lie inside a scalar are left out: ``profile.0`` is ``profile`` where it is written as text.
    """
    node = root
    for depth, part in enumerate(path):
        child = node.child(part)
        if child is None:
            inside = isinstance(node.value, Mapping | tuple)
            return node.mark.at(path[: depth + 1] if inside else path[:depth])
        node = child
    return node.mark.at(path)


def missing_mend(root: Node, path: Sequence[str | int], mend: str) -> str:
    """Return what to do about a missing key; one of an entry that an override made may be an entry with a wrong name.

    Only names of another file are likely: two entries that stand side by side are two.
    """
    for depth in range(len(path) - 1, 1, -1):
        mapping, entry = find(root, path[: depth - 1]), find(root, path[:depth])
        if mapping is None or entry is None or not isinstance(mapping.value, Mapping):
            continue
        others = [name for name, node in mapping.value.items() if node.mark.file != entry.mark.file]
        if meant := likely_name(str(path[depth - 1]), others):
            return f"Did you mean {dotted((*path[: depth - 1], meant))}? Else {mend[:1].lower()}{mend[1:]}"
    return mend


def merge(base: Node, other: Node) -> Node:
    """Return `base` with `other` laid over it: mappings are merged key by key, everything else is replaced."""
    if not (isinstance(base.value, Mapping) and isinstance(other.value, Mapping)):
        return other
    merged = dict(base.value)
    for key, node in other.value.items():
        merged[key] = merge(merged[key], node) if key in merged else node
    return Node(merged, base.mark)
