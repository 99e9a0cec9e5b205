"""Files as text: encodings, characters that no text needs, sizes, spellings of a name, and files that are not there."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from optimizer.inputs import load_catalog, load_inputs, read_plan
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import decode, read_bytes
from tests.unit.inputs.small_files import (
    demand_rows,
    fault_at,
    faults_of,
    small_scenario,
    write_catalog,
    write_rows,
    write_small,
)


def decoded(content: bytes) -> tuple[str | None, list[str]]:
    """Return the text of a file's content and its faults, written out."""
    faults = Faults()
    text = decode(content, "f", faults)
    return text, [str(fault) for fault in faults_of(faults.raise_if_any)] if len(faults) else []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("mark", [True, False])
def test_wide_encodings_are_refused(encoding: str, mark: bool) -> None:
    """With a mark the encoding is named; without one its NUL characters give it away."""
    content = ("\ufeff" if mark and encoding.endswith("e") else "").encode(encoding) + "name: x\n".encode(encoding)
    text, (fault,) = decoded(content)
    assert text is None
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        assert fault == f"f:1: not UTF-8 text (found {encoding[:6].upper()}). Save the file as UTF-8 text."
    else:
        assert fault == "f:1: looks like a binary file (found a NUL character). Give a text file."


def test_another_encoding_names_line_and_byte() -> None:
    """Latin-1: where the first letter stands that is no UTF-8, whichever way lines end."""
    for end in (b"\n", b"\r\n", b"\r"):
        text, faults = decoded("größe".encode() + end + b"a" + end + "größe".encode("latin-1"))
        assert text is None
        assert faults == ["f:3: not UTF-8 text (found byte 0xF6). Save the file as UTF-8 text."]


@pytest.mark.parametrize(
    "sign", ["\x01", "\x0b", "\x0c", "\x1b", "\x7f", "\x80", "\x9f", "\u200b", "\u202e", "\u2066", "\ufffe", "\uffff"]
)
def test_characters_that_no_text_needs_are_refused(sign: str) -> None:
    """Control characters, signs without width and signs that turn text round, each at its line."""
    text, faults = decoded(f"a\nb\n\nc{sign}d\n".encode())
    assert text is None
    assert faults == [f"f:4: holds a character that no text needs (found U+{ord(sign):04X}). Delete it."]


def test_nul_is_told_at_its_line() -> None:
    """A NUL in a text file."""
    assert decoded(b"a\n\0")[1] == ["f:2: looks like a binary file (found a NUL character). Give a text file."]


def test_all_other_text_is_kept_in_one_spelling() -> None:
    """Tabs, line ends, any script, byte order marks taken off; letters and their accents become one character."""
    kept = "a\tb\r\nc\rd é 日本 \U0001f600 \u0085 \u200d"
    assert decoded(kept.encode()) == (kept, [])
    assert decoded(("\ufeff\ufeff" + kept).encode()) == (kept, [])
    assert decoded(unicodedata.normalize("NFD", kept).encode()) == (kept, [])
    assert decoded(b"") == ("", [])


def test_names_are_equal_where_they_look_equal(small: Path) -> None:
    """A series spelled with one character in the scenario and with two in the file, or the other way round."""
    for one, other in (("NFC", "NFD"), ("NFD", "NFC")):
        name = "zürich"
        document = small_scenario()
        document["services"]["search"]["demand"]["series"] = unicodedata.normalize(one, name)
        write_small(Path(), document)
        rows = [{**row, "service": unicodedata.normalize(other, name)} for row in demand_rows()]
        write_rows(Path("demand.csv"), rows)
        assert load_inputs(small).scenario.services[0].demand.peak_per_s.any()
        set_on_the_command_line = f"services.search.demand.series={unicodedata.normalize(other, name)}"
        assert load_inputs(small, [set_on_the_command_line]).scenario.services[0].demand.peak_per_s.any()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_file_is_found_in_either_spelling(small: Path, form: str) -> None:
    """The disk may know a name by other characters than the scenario."""
    Path("demand.csv").rename(unicodedata.normalize(form, "größe.csv"))
    for written in ("NFC", "NFD"):
        load_inputs(small, [f"services.search.demand.file={unicodedata.normalize(written, 'größe.csv')}"])


def test_a_larger_file_is_not_read(tmp_path: Path) -> None:
    """One byte too many: refused, and no more of it was taken into memory."""
    path, faults = tmp_path / "f", Faults()
    path.write_bytes(b"12345678")
    assert read_bytes(path, "f", faults, largest=8) == b"12345678"
    assert read_bytes(path, "f", faults, largest=7) is None
    (fault,) = faults_of(faults.raise_if_any)
    assert (fault.where, fault.code) == ("f", "too-large")


def test_a_scenario_of_50_mb_is_refused_at_once(small: Path) -> None:
    """Named, with what to do; the YAML parser never sees it."""
    with small.open("ab") as stream:
        stream.write(b"#" * 50_000_000)
    (fault,) = faults_of(lambda: load_inputs(small))
    assert str(fault) == "small.yaml: is larger than 2 MB. Give a file of at most 2 MB."


def test_a_file_that_cannot_be_opened_is_told(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is the system's own."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    (fault,) = faults_of(lambda: load_inputs(small))
    assert str(fault) == "small.yaml: cannot be read (Permission denied). Check its permissions."


@pytest.mark.parametrize(
    ("sets", "withs", "where", "mend"),
    [
        (["services.search.demand.file=demnd.csv"], [], "--set services.search.demand.file", "demand.csv"),
        (["running=runing_.csv"], [], "--set running", "running.csv"),
        ([], ["overlays.yaml"], "overlays.yaml", "overlay.yaml"),
    ],
)
def test_a_file_that_is_not_there_is_guessed_from_its_folder(
    small: Path, sets: list[str], withs: list[str], where: str, mend: str
) -> None:
    """A misspelt file of demand, of today's fleet, of overrides: the likeliest one beside it."""
    Path("overlay.yaml").write_text("name: x\n", encoding="utf-8")
    Path("running.csv").write_text("", encoding="utf-8")
    fault = fault_at(lambda: load_inputs(small, sets, [Path(name) for name in withs]), where)
    assert fault.mend == f"Did you mean {mend}?"


def test_a_scenario_or_plan_file_is_guessed_too(small: Path) -> None:
    """A path that is nearly that of a file; a shipped name comes before a file that is less like it."""
    assert faults_of(lambda: load_inputs("smaall.yaml"))[0].mend == "Did you mean small.yaml?"
    (fault,) = faults_of(lambda: load_inputs(Path("smaall.yml").absolute()))
    assert fault.mend == f"Did you mean {Path.cwd()}/small.yaml?"
    assert faults_of(lambda: load_inputs("shop-serch.yaml"))[0].mend == "Did you mean shop-search?"
    Path("plan.json").write_text("{}", encoding="utf-8")
    assert faults_of(lambda: read_plan("plam.json"))[0].mend == "Did you mean plan.json?"
    assert faults_of(lambda: read_plan("nowhere/plan.json"))[0].mend == "Check the name."


def test_a_catalog_folder_is_guessed_too(small: Path) -> None:
    """A folder beside the scenario, or a shipped one."""
    assert fault_at(lambda: load_inputs(small, ["catalog=catalgo"]), "--set catalog").mend == "Did you mean catalog?"
    assert fault_at(lambda: load_inputs(small, ["catalog=public-clod"]), "--set catalog").mend == (
        "Did you mean public-cloud?"
    )


def test_a_misnamed_catalog_file_is_told(tmp_path: Path) -> None:
    """``location_energies.csv`` would not be read; ``notes.csv`` is nobody's business."""
    folder = write_catalog(tmp_path / "c")
    (folder / "notes.csv").write_text("a\n1\n", encoding="utf-8")
    (folder / "prices_old.csv").write_text("a\n1\n", encoding="utf-8")
    load_catalog([str(folder)])
    (folder / "location_energy.csv").rename(folder / "location_energies.csv")
    told = {fault.where: fault.mend for fault in faults_of(lambda: load_catalog([str(folder)]))}
    assert told[f"{folder}/location_energies.csv"] == "Did you mean location_energy.csv?"


def test_a_broken_catalog_file_is_not_called_missing(tmp_path: Path) -> None:
    """A file with an open quote gives that fault and not one that it is not there."""
    folder = write_catalog(tmp_path / "c")
    (folder / "prices.csv").write_text('provider,region\n"aws,west\n', encoding="utf-8")
    told = [(fault.where, fault.code) for fault in faults_of(lambda: load_catalog([str(folder)]))]
    assert told == [(f"{folder}/prices.csv:2", "csv-syntax")]


def test_a_device_is_not_called_missing() -> None:
    """What is there but holds no file is said to be so, not guessed to be itself."""
    (fault,) = faults_of(lambda: read_plan("/dev/null"))
    assert (fault.what, fault.mend) == ("is a device or a socket (/dev/null)", "Name a file.")
