"""Documents made to hurt a YAML reader: each is read right, or refused at its place with a mend, and soon."""

from __future__ import annotations

import time

import pytest

from optimizer.inputs import strict_yaml
from optimizer.inputs.faults import Faults
from optimizer.inputs.strict_yaml import LONGEST_LINE, parse_yaml
from tests.unit.inputs.small_files import faults_of

#: Seconds of processor time; each trap takes a hundredth of it.
SOON_S = 30.0
LAUGHS = "\n".join(["a0: &a0 [x, x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30))])


def told(text: str) -> dict[str, tuple[str, str]]:
    """Return code and text of the faults of a document by place."""
    faults = Faults()
    started = time.process_time()
    parse_yaml(text, "f.yaml", faults)
    assert time.process_time() - started < SOON_S
    if not len(faults):
        return {}
    found = faults_of(faults.raise_if_any)
    assert all(fault.mend for fault in found)
    assert all(len(str(fault)) < 400 for fault in found)
    return {fault.where: (fault.code, str(fault)) for fault in found}


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ("a: " + "[" * 10_000, "f.yaml:1 a.0.0", "too-deep"),
        ("a: " + "{a: " * 10_000, "f.yaml:1 a.a.a", "too-deep"),
        ("- " * 10_000, "f.yaml:1 0.0.0", "too-deep"),
        ("\n".join(" " * depth + "a:" for depth in range(400)), "f.yaml:26 a.a.a", "too-deep"),
        ("? " * 10_000, "f.yaml:1", "yaml-key"),
        ("a: " + "x" * LONGEST_LINE, "f.yaml:1", "long-line"),
        ("a: 1\r\nb: 2\r\n" + "!" * 1_000_000, "f.yaml:3", "long-line"),
        ("a: [" + "1, " * 100_000 + "1]", "f.yaml:1", "long-line"),
        ("a: !" + "x" * 50_000 + " 1", "f.yaml:1 a", "yaml-tag"),
        ("a: &" + "x" * 50_000 + " 1", "f.yaml:1 a", "yaml-anchor"),
        ("a: *" + "x" * 50_000, "f.yaml:1 a", "yaml-alias"),
        (LAUGHS, "f.yaml:2 a1.0", "yaml-alias"),
        ("base: &b {x: 1}\nc:\n  <<: *b\n", "f.yaml:3 c.<<", "yaml-alias"),
        ("a: !!binary aGVsbG8=\n", "f.yaml:1 a", "yaml-tag"),
        ("a: !!set {x, y}\n", "f.yaml:1 a", "yaml-tag"),
        ("!!python/object/apply:os.system ['ls']\n", "f.yaml:1", "yaml-tag"),
        ("a: !mine {b: 1}\n", "f.yaml:1 a", "yaml-tag"),
        ("!!str a: 1\n", "f.yaml:1 a", "yaml-tag"),
        ("a: !x!y 1\n", "f.yaml:1", "yaml-syntax"),
        ("%YAML 9.9\n---\na: 1\n", "f.yaml:1", "yaml-syntax"),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", "f.yaml:2", "yaml-directive"),
        ("a: 1\n...\nb: 2\n", "f.yaml:3", "yaml-documents"),
        ("a:\n\tb: 1\n", "f.yaml:2", "yaml-syntax"),
        ("a:\tb\n", "f.yaml:1", "yaml-syntax"),
        ('a: "\\U00110000"\n', "f.yaml:1", "yaml-syntax"),
        ('b: 1\na: "\\ud800"\n', "f.yaml:2 a", "control-character"),
        ('a: "\\0"\n', "f.yaml:1 a", "control-character"),
        ('a: "\\e[31mred"\n', "f.yaml:1 a", "control-character"),
        ('"\\x07": 1\n', "f.yaml:1", "control-character"),
        ('a: "\\q"\n', "f.yaml:1", "yaml-syntax"),
        ("? a\n? b\n", "f.yaml:2 b", "no-value"),
        ("'a': 1\na: 2\n", "f.yaml:2 a", "duplicate-key"),
    ],
)  # fmt: skip
def test_traps_are_refused_at_their_place(text: str, where: str, code: str) -> None:
    """Depth, length, aliases, tags, directives, tabs, escapes: told once where they stand, none with a long message."""
    assert told(text)[where][0] == code


def test_a_tab_and_a_long_line_say_what_to_do() -> None:
    """The mend names the way out."""
    assert told("a:\n\tb: 1\n")["f.yaml:2"][1].endswith("Indent with spaces instead of tabs.")
    assert told("a: @b\n")["f.yaml:1"][1].endswith("Put text that begins with this sign in quotes.")
    assert told("a: " + "x" * LONGEST_LINE)["f.yaml:1"][1] == (
        "f.yaml:1: the line is longer than 100,000 characters. Break it into lines."
    )


def test_a_document_of_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates belong into CSV files: a document with a value too many stops at it, one with as many does not."""
    monkeypatch.setattr(strict_yaml, "MOST_VALUES", 1000)
    lines = [f"k{i}: [{', '.join(['1'] * 9)}]" for i in range(100)]
    assert told("\n".join(lines[1:])) == {}
    assert told("\n".join(lines)) == {
        "f.yaml:100 k99.8": (
            "too-many",
            "f.yaml:100 k99.8: the document has more than 1,000 values. "
            "Put rates into a CSV file and name it in demand.file.",
        )
    }


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ("a: 1\rb: 2\r", {"a": 1, "b": 2}),
        ("---\na: 1\n...\n", {"a": 1}),
        ("a: 2027-01-01\nb: 2027-01-01T00:00:00Z\n", {"a": "2027-01-01", "b": "2027-01-01T00:00:00Z"}),
        ("a: [yes, no, on, off, y, n]\n", {"a": ["yes", "no", "on", "off", "y", "n"]}),
        ("a: [0o17, 017, 0b11, 0x1F, 1:30, 1_000]\n", {"a": ["0o17", "017", "0b11", "0x1F", "1:30", "1_000"]}),
        ("yes: 1\n1: 2\n1.0: 3\n~: 4\n", {"yes": 1, "1": 2, "1.0": 3, "~": 4}),
        ("a: \U0001f600\nb: 東京\n", {"a": "\U0001f600", "b": "東京"}),
        ('a: "e\\u0301"\n"e\\u0301": 1\n', {"a": "é", "é": 1}),
        (f"a: {'9' * 5000}\n", {"a": float("inf")}),
    ],
)
def test_what_other_readers_twist_is_read_as_it_stands(text: str, plain: object) -> None:
    """Line ends of any kind, dates, words and numbers of YAML 1.1, keys of any look, letters of any script."""
    faults = Faults()
    node = parse_yaml(text, "f.yaml", faults)
    faults.raise_if_any()
    assert node is not None
    assert node.plain() == plain


@pytest.mark.parametrize(
    "value", ["a: 1\n---\nb: 2", "[" * 10_000, "*a", "!!python/name:os.system x", '"\\U00110000"', "\x07"]
)
def test_values_of_the_command_line_are_no_way_round(value: str) -> None:
    """``--set`` reads its value in the same way, and names its path instead of a line."""
    faults = Faults()
    parse_yaml(value, "--set", faults, base=("a", "b"), numbered=False)
    assert all(fault.where.startswith("--set a.b") and fault.mend for fault in faults_of(faults.raise_if_any))
