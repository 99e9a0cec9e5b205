"""Strict YAML: what is refused, with lines; and what a plain scalar means."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.inputs import load_inputs
from optimizer.inputs.document import Mark, Node, find
from optimizer.inputs.faults import Faults
from optimizer.inputs.strict_yaml import parse_yaml
from optimizer.inputs.yaml_scalars import resolve_scalar
from tests.unit.inputs.small_files import dump, fault_at, faults_of, small_scenario


def refused(text: str) -> list[tuple[str, str]]:
    """Return places and codes of what a text is refused for."""
    faults = Faults()
    parse_yaml(text, "f.yaml", faults)
    return [(fault.where, fault.code) for fault in faults_of(faults.raise_if_any)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("true", True), ("False", False), ("12", 12), ("-3", -3), ("+4", 4),
        ("0", 0), ("1.5", 1.5), (".5", 0.5), ("2.", 2.0), ("1e3", 1000.0), ("-1.5E-2", -0.015),
        ("9" * 30, 1e30), ("9" * 400, float("inf")),
        # YAML 1.1 read these as numbers and truth values
        ("012", "012"), ("0o17", "0o17"), ("0x1f", "0x1f"), ("1:30", "1:30"), ("1_000", "1_000"), ("yes", "yes"),
        ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("00.5", "00.5"), ("nan", "nan"), ("inf", "inf"),
        ("2027-01-01", "2027-01-01"), ("1,200", "1,200"), ("१२", "१२"),
    ],
)  # fmt: skip
def test_plain_scalars(text: str, value: object) -> None:
    """A number is only what looks like one in YAML 1.2's core schema; octal, hexadecimal and clock times are text."""
    found = resolve_scalar(text)
    assert found == value
    assert type(found) is type(value)


def test_quoted_scalars_are_text() -> None:
    """Quotes and block styles make text of anything."""
    node = parse_yaml("a: '1'\nb: \"yes\"\nc: |\n  2\n", "f.yaml", Faults())
    assert node is not None
    assert node.plain() == {"a": "1", "b": "yes", "c": "2\n"}


def test_values_know_their_lines() -> None:
    """A value under a key has the key's line, an item of a list its own."""
    text = "# a comment\na:\n  b:\n    - 1\n    - {c: 2,\n       d: 3}\n"
    node = parse_yaml(text, "f.yaml", Faults())
    assert node is not None
    lines = {(): 2, ("a",): 2, ("a", "b"): 3, ("a", "b", 0): 4, ("a", "b", 1, "c"): 5, ("a", "b", 1, "d"): 6}
    for path, line in lines.items():
        found = find(node, path)
        assert found is not None
        assert found.mark.line == line


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3 a", "duplicate-key"),
        ("a:\n  b: 1\n  b: 1\n", "f.yaml:3 a.b", "duplicate-key"),
        ("a: &x 1\n", "f.yaml:1 a", "yaml-anchor"),
        ("a: 1\nb: *a\n", "f.yaml:2 b", "yaml-alias"),
        ("a: !!python/object:os.system 1\n", "f.yaml:1 a", "yaml-tag"),
        ("a: !!str 1\n", "f.yaml:1 a", "yaml-tag"),
        ("? [1, 2]\n: 3\n", "f.yaml:1", "yaml-key"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2", "yaml-documents"),
        ("%YAML 1.1\n---\na: 1\n", "f.yaml:2", "yaml-directive"),
        ("a:\n\t- 1\n", "f.yaml:2", "yaml-syntax"),
        ("a: b: c\n", "f.yaml:1", "yaml-syntax"),
        ("a: [1, 2\n", "f.yaml:1", "yaml-syntax"),
        ('a: "x\n', "f.yaml:1", "yaml-syntax"),
        ("a: \x07\n", "f.yaml", "yaml-syntax"),
        ("a:\n  b:\n", "f.yaml:2 a.b", "no-value"),
        ("a: [1, ~]\n", "f.yaml:1 a.1", "no-value"),
        ("[" * 2000, "f.yaml:1 0.0.0", "too-deep"),
        ("", "f.yaml", "empty"),
        ("# only a comment\n", "f.yaml", "empty"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, where: str, code: str) -> None:
    """Each thing that surprises in YAML, with the line it stands on."""
    assert (where, code) in refused(text)


def test_both_lines_of_a_repeated_key_are_named() -> None:
    """A planner finds the first of the two as well."""
    faults = Faults()
    parse_yaml("a: 1\nb: 2\na: 3\n", "f.yaml", faults)
    assert str(faults_of(faults.raise_if_any)[0]) == (
        "f.yaml:3 a: a is given twice (lines 1 and 3). Delete one of the two."
    )


def test_aliases_cannot_multiply() -> None:
    """The billion laughs: refused at the first alias, and nothing is expanded."""
    lines = ["a0: &a0 [x, x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12))]
    codes = {code for _, code in refused("\n".join(lines))}
    assert codes == {"yaml-anchor", "yaml-alias"}


def test_merge_keys_are_no_merge() -> None:
    """``<<`` is a key like any other."""
    faults = Faults()
    node = parse_yaml("<<: {a: 1}\n", "f.yaml", faults)
    assert node == Node({"<<": Node({"a": Node(1, Mark("f.yaml", 1))}, Mark("f.yaml", 1))}, Mark("f.yaml", 1))
    faults.raise_if_any()


def test_misread_numbers_get_their_mend(small: Path) -> None:
    """What YAML 1.1 took for numbers is text now, and the fault says how to write the number."""
    text, lines = dump(small_scenario())
    rows = text.splitlines()
    for path, written, mend in (
        (("horizon", "months"), "012", "Write 12."),
        (("network", "request_kb"), "1_200", "Write 1200."),
        (("network", "response_kb"), "1:30", "Write it as a plain decimal number."),
        (("services", "search", "overhead_ms"), "4ms", "Write 4, the unit is in the name."),
        (("headroom", "retry_share"), "10%", "Write 10 without the sign, or 0.1 for a share."),
    ):
        bent = list(rows)
        bent[lines[path] - 1] = bent[lines[path] - 1].split(":")[0] + f": {written}"
        small.write_text("\n".join(bent), encoding="utf-8")
        fault = fault_at(lambda: load_inputs(small), f"small.yaml:{lines[path]} {'.'.join(path)}")
        assert f'found "{written}"' in fault.what
        assert fault.mend == mend


@pytest.mark.parametrize(
    ("content", "where", "code"),
    [
        (b"", "small.yaml", "empty"),
        (b"- a\n- b\n", "small.yaml:1", "wrong-type"),
        (b"just text\n", "small.yaml:1", "wrong-type"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "small.yaml:1", "not-utf8"),
        (b"name: x\0y\n", "small.yaml:1", "binary"),
        ("name: x".encode("utf-16"), "small.yaml:1", "not-utf8"),
    ],
)
def test_files_that_are_no_scenario(small: Path, content: bytes, where: str, code: str) -> None:
    """Empty, binary, another encoding, a list, a text: one fault each."""
    small.write_bytes(content)
    assert [(fault.where, fault.code) for fault in faults_of(lambda: load_inputs(small))] == [(where, code)]


def test_windows_files_are_read(small: Path) -> None:
    """A byte order mark and CRLF line ends change nothing, not even line numbers or the hash."""
    plain = load_inputs(small).scenario.sha256
    text = small.read_bytes()
    small.write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert load_inputs(small).scenario.sha256 == plain
    small.write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n").replace(b"months: 12", b"months: 0"))
    fault = fault_at(lambda: load_inputs(small), "small.yaml:7 horizon.months")
    assert fault.what == "must be at least 1 (found 0)"
