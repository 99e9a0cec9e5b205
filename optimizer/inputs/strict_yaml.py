"""A strict reader of YAML 1.2: plain mappings, lists and scalars with their lines, and nothing that surprises.

Built on the parser's events, not on its constructors: no tag is ever acted on, and aliases are refused before they can
multiply. ``012``, ``1:30``, ``yes`` and ``0x1f`` are text here, so that a number is only what looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from optimizer.inputs.characters import composed, refused_character
from optimizer.inputs.document import Mark, Node, Path, Scalar, dotted
from optimizer.inputs.faults import Faults
from optimizer.inputs.wording import cut
from optimizer.inputs.yaml_scalars import resolve_scalar

#: Deeper nesting has no meaning in any of our documents.
DEEPEST = 24
#: Characters of a line, and values of a document: more of them are data, and data goes into CSV files.
LONGEST_LINE = 100_000
MOST_VALUES = 100_000

#: The parser met the end of the file inside a quote or bracket: the fault lies where that was opened.
UNCLOSED = re.compile("end of stream|stream end")


class _Stop(Exception):  # noqa: N818  leaves the tree, the fault is noted
    """Nothing sensible can follow."""


def parse_yaml(text: str, file: str, faults: Faults, base: Path = (), *, numbered: bool = True) -> Node | None:
    """Read one YAML document.

    Parameters
    ----------
    text
        The document.
    file
        Its name, as faults give it.
    faults
        Takes duplicate keys, tags, anchors, aliases, keys without a value, and what the parser cannot read.
    base
        Path at which the document stands in another one (values given on the command line).
    numbered
        Whether faults give lines.

    Returns
    -------
    Node or None
        The document, None where it cannot be read or is empty.
    """
    if (line := _first_long_line(text)) is not None:
        what, mend = f"the line is longer than {LONGEST_LINE:,} characters", "Break it into lines."
        faults.add(Mark(file, line if numbered else 0).at(base), what, mend, "long-line")
        return None
    reader = YAML(typ="safe", pure=True)
    builder = _Builder(iter(reader.parse(text)), file, faults, numbered=numbered)
    try:
        return builder.document(base)
    except MarkedYAMLError as error:
        problem = str(error.problem or error.context)
        opened = error.context_mark if UNCLOSED.search(problem) else None
        _tell_syntax(builder.mark(opened or error.problem_mark or error.context_mark).at(base), problem, faults)
    except YAMLError as error:
        _tell_syntax(Mark(file).at(base), str(error).splitlines()[0], faults)
    except (ValueError, OverflowError):  # an escape that names no character
        _tell_syntax(builder.last.at(base), "an escape names no character", faults)
    except _Stop:
        pass
    return None


def _first_long_line(text: str) -> int | None:
    if len(text) <= LONGEST_LINE:
        return None
    lines = re.split("\r\n|\r|\n", text)
    return next((number for number, line in enumerate(lines, 1) if len(line) > LONGEST_LINE), None)


def _tell_syntax(where: str, problem: str, faults: Faults) -> None:
    mend = "Check indentation, colons, quotes and brackets there."
    if UNCLOSED.search(problem):
        mend = "Close the quote or bracket that is opened there."
    elif "\\t" in problem:
        mend = "Indent with spaces instead of tabs."
    elif "cannot start any token" in problem:
        mend = "Put text that begins with this sign in quotes."
    elif "mapping values" in problem:
        mend = "Put a space after each colon, and text with a colon in quotes."
    faults.add(where, f"not valid YAML ({problem.strip().rstrip('.')})", mend, "yaml-syntax")


class _Builder:
    """Turns parser events into nodes."""

    def __init__(self, events: Iterator[Any], file: str, faults: Faults, *, numbered: bool) -> None:
        self._events, self._file, self._faults, self._numbered = events, file, faults, numbered
        self._values, self.last = 0, Mark(file)

    def mark(self, mark: Any) -> Mark:  # noqa: ANN401  the parser's own mark, or None
        return Mark(self._file, mark.line + 1 if self._numbered and mark is not None else 0)

    def document(self, base: Path) -> Node | None:
        next(self._events)  # start of the stream
        start = next(self._events)
        if type(start).__name__ == "StreamEndEvent":
            self._refuse_empty(base)
            return None
        if start.version or start.tags:
            self._tell(start, base, "a % directive is not understood", "Delete it.", "yaml-directive")
        node = self._node(next(self._events), base, None)
        next(self._events)  # end of the document
        after = next(self._events)
        if type(after).__name__ != "StreamEndEvent":
            self._tell(after, base, "a second document begins", "Keep one document in a file.", "yaml-documents")
        if node.value is None and not base:
            self._refuse_empty(base)
            return None
        return node

    def _refuse_empty(self, base: Path) -> None:
        where = Mark(self._file).at(base)
        if base:
            self._faults.add_unless_told(where, "has no value", "Give one, or leave the option out.", "no-value")
        else:
            self._faults.add_unless_told(where, "is empty", "Write its keys.", "empty")

    def _tell(self, event: Any, path: Path, what: str, mend: str, code: str) -> None:  # noqa: ANN401  an event
        self._faults.add(self.mark(event.start_mark).at(path), what, mend, code)

    def _node(self, event: Any, path: Path, mark: Mark | None) -> Node:  # noqa: ANN401  an event
        kind = type(event).__name__
        mark = mark or self.mark(event.start_mark)
        self.last = mark
        self._values += 1
        if self._values > MOST_VALUES:
            mend = "Put rates into a CSV file and name it in demand.file."
            self._tell(event, path[:3], f"the document has more than {MOST_VALUES:,} values", mend, "too-many")
            raise _Stop
        if len(path) > DEEPEST:
            self._tell(event, path[:3], f"is nested more than {DEEPEST} deep", "Flatten it.", "too-deep")
            raise _Stop
        if kind == "AliasEvent":
            mend = "Write the value out."
            self._tell(event, path, f"aliases are not understood (found *{cut(event.anchor)})", mend, "yaml-alias")
            return Node(None, mark)
        self._refuse_decoration(event, path)
        if kind == "ScalarEvent":
            return Node(self._scalar(event, path, mark), mark)
        return self._mapping(path, mark) if kind == "MappingStartEvent" else self._list(path, mark)

    def _refuse_decoration(self, event: Any, path: Path) -> None:  # noqa: ANN401  an event
        if event.anchor:
            what = f"anchors are not understood (found &{cut(event.anchor)})"
            self._tell(event, path, what, "Delete it and write the value out where it is needed.", "yaml-anchor")
        if event.tag:
            self._tell(event, path, f"tags are not understood (found {cut(event.tag)})", "Delete the tag.", "yaml-tag")

    def _scalar(self, event: Any, path: Path, mark: Mark) -> Scalar:  # noqa: ANN401  an event
        text = composed(str(event.value))  # an escape may spell a letter and its accent apart
        self._refuse_characters(text, mark, path)
        if event.style is not None:
            return text
        value = resolve_scalar(text)
        if value is None and path:
            self._faults.add_unless_told(mark.at(path), "has no value", "Give one, or delete the key.", "no-value")
        return value

    def _refuse_characters(self, text: str, mark: Mark, path: Path) -> None:
        """Refuse what an escape or the command line can bring in: a file was looked through as a whole."""
        if (refused := refused_character(text)) is not None:
            what = f"holds a character that no text needs (found {refused[1]})"
            self._faults.add_unless_told(mark.at(path), what, "Delete it.", "control-character")

    def _list(self, path: Path, mark: Mark) -> Node:
        items: list[Node] = []
        while type(event := next(self._events)).__name__ != "SequenceEndEvent":
            items.append(self._node(event, (*path, len(items)), None))
        return Node(tuple(items), mark)

    def _mapping(self, path: Path, mark: Mark) -> Node:
        items: dict[str, Node] = {}
        while type(event := next(self._events)).__name__ != "MappingEndEvent":
            if type(event).__name__ != "ScalarEvent":
                self._tell(event, path, "a key must be text", "Write `key: value` lines.", "yaml-key")
                raise _Stop
            key, key_mark = composed(str(event.value)), self.mark(event.start_mark)
            self._refuse_decoration(event, (*path, key))
            self._refuse_characters(key, key_mark, path)
            node = self._node(next(self._events), (*path, key), key_mark)
            if key in items:
                self._tell_twice(items[key], node, (*path, key))
            items[key] = node
        return Node(items, mark)

    def _tell_twice(self, first: Node, second: Node, path: Path) -> None:
        lines = f" (lines {first.mark.line} and {second.mark.line})" if self._numbered else ""
        mend = "Delete one of the two."
        self._faults.add(second.mark.at(path), f"{dotted(path[-1:])} is given twice{lines}", mend, "duplicate-key")
