"""Whatever is in the files, a reader answers with records or with located faults, and with nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as run
from hypothesis import strategies as st

from optimizer.domain.plan import Plan
from optimizer.errors import InputError
from optimizer.inputs import load_catalog, load_inputs, read_plan
from optimizer.inputs.faults import Faults
from optimizer.inputs.raw_table import _split, _split_plain, read_raw_table
from optimizer.inputs.strict_yaml import parse_yaml
from tests.support.in_part import examples
from tests.unit.inputs.small_files import write_small
from tests.unit.inputs.test_inputs_plan_file import small_plan

#: What goes wrong in files: YAML's own signs, odd numbers, odd characters.
SCRAPS = [
    "", " ", "\t", ":", ": ", "-", "- ", "{", "}", "[", "]", "&a ", "*a", "!!str ", "|", ">", "%", "@", "`", "#", "'",
    '"', "~", "null", "true", "yes", ".nan", "-.inf", "1e999", "012", "1:30", "0x1f", "1_000", "1,200", "-1", "9" * 30,
    "<<: *a", "---", "...", "? ", "\ufeff", "\0", "\r", "\u2028", "é", "€", "\U0001f600", ",", ";", '""',
    "NaN", "a" * 300,
]  # fmt: skip


@st.composite
def edits(draw: st.DrawFn) -> Callable[[str], str]:
    """Draw a few edits of a text: lines deleted, repeated, moved or replaced, scraps put in, characters changed."""
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["delete", "repeat", "move", "replace", "insert", "cut", "value"]),
                st.floats(0.0, 1.0, exclude_max=True),
                st.floats(0.0, 1.0, exclude_max=True),
                st.one_of(st.sampled_from(SCRAPS), st.text(max_size=8)),
            ),
            min_size=1,
            max_size=4,
        )
    )

    def apply(text: str) -> str:
        for step in steps:
            text = edited(text, *step)
        return text

    return apply


def edited(text: str, how: str, where: float, other: float, scrap: str) -> str:
    """Return a text after one edit at a relative place."""
    lines = text.split("\n")
    line = int(where * len(lines))
    if how in ("insert", "cut"):
        at = int(where * len(text))
        return text[:at] + scrap + text[at + (how == "cut") * int(other * 20) :]
    row = lines.pop(line)
    if how == "repeat":
        lines[line:line] = [row, row]
    elif how == "move":
        lines.insert(int(other * (len(lines) + 1)), row)
    elif how == "replace":
        lines.insert(line, scrap)
    elif how == "value":
        head, colon, _ = row.partition(":")
        cells = head.split(",")
        cells[int(other * len(cells))] = scrap
        lines.insert(line, f"{head}: {scrap}" if colon else ",".join(cells))
    return "\n".join(lines)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small scenario, its catalog, its demand and a plan."""
    folder = write_small(tmp_path_factory.mktemp("fuzz")).parent
    (folder / "plan.json").write_text(json.dumps(small_plan().to_dict(), indent=1), encoding="utf-8")
    return folder


def check(read: Callable[[], object], file: Path, edit: Callable[[str], str]) -> None:
    """Edit a file, read it, put it back: anything but records or faults with a place and a mend fails."""
    content = file.read_bytes()
    try:
        file.write_bytes(edit(content.decode()).encode("utf-8", "surrogatepass"))
        read()
    except InputError as error:
        assert error.faults
        for fault in error.faults:
            assert fault.where
            assert fault.mend, fault
            str(fault).encode("utf-8", "surrogatepass")
    finally:
        file.write_bytes(content)


@given(edit=edits())
@run(max_examples=examples(150))
def test_any_scenario_text(folder: Path, edit: Callable[[str], str]) -> None:
    """A scenario file with lines deleted, doubled and replaced and characters put in."""
    check(lambda: load_inputs(folder / "small.yaml"), folder / "small.yaml", edit)


@given(edit=edits())
@run(max_examples=examples(80))
def test_any_demand_text(folder: Path, edit: Callable[[str], str]) -> None:
    """A demand file after the same treatment."""
    check(lambda: load_inputs(folder / "small.yaml"), folder / "demand.csv", edit)


@given(
    edit=edits(), name=st.sampled_from(["prices.csv", "network.csv", "profiles.csv", "locations.csv", "catalog.yaml"])
)
@run(max_examples=examples(80))
def test_any_catalog_text(folder: Path, edit: Callable[[str], str], name: str) -> None:
    """Files of a catalog after the same treatment, read by themselves."""
    check(lambda: load_catalog(["catalog"], relative_to=folder), folder / "catalog" / name, edit)


@given(
    edit=edits(), name=st.sampled_from(["instance_types.csv", "storage.csv", "served_models.csv", "availability.csv"])
)
@run(max_examples=examples(60))
def test_any_catalog_under_a_scenario(folder: Path, edit: Callable[[str], str], name: str) -> None:
    """A catalog that may lack things, under a scenario that asks for them."""
    check(lambda: load_inputs(folder / "small.yaml"), folder / "catalog" / name, edit)


@given(edit=edits())
@run(max_examples=examples(80))
def test_any_plan_text(folder: Path, edit: Callable[[str], str]) -> None:
    """A plan file after the same treatment gives a plan or faults."""

    def read() -> None:
        assert isinstance(read_plan(folder / "plan.json"), Plan)

    check(read, folder / "plan.json", edit)


OVERRIDE_PATHS = [
    "services.search.latency.p99_ms", "services.search", "services", "origins", "origins.shop.at",
    "origins.shop.rtt_ms", "locations", "locations.0", "catalog", "day_types", "day_types.workday", "plan_for",
    "plan_for.cost", "demand",
    "a.b.c.d", "services.search.demand", "services.search.demand.file", "services.search.profile",
    "operations.people.0",
    "name", "", "services.median.demand.constant_per_s", "horizon.start", "horizon.months", "network.request_kb",
]  # fmt: skip
VALUES = [
    "5", "0", "-1", "1e9", "1e308", "9" * 500, ".nan", "x", "{}", "[]", "[[]]", "{a: 1}", "[a, b]", "{shop: 1}", "true",
    "~", "aws/west", "[aws/west]", "2027-02-30", "9999-12-31", "0001-01-01", "120", "../demand.csv", "/dev/null",
    "/", "é",
    "{? : }",
]  # fmt: skip


@given(
    sets=st.lists(
        st.one_of(
            st.tuples(st.sampled_from(OVERRIDE_PATHS), st.one_of(st.sampled_from(VALUES), st.text(max_size=6))).map(
                "=".join
            ),
            st.text(max_size=12),
        ),
        min_size=1,
        max_size=3,
    )
)
@run(max_examples=examples(100))
def test_any_override(folder: Path, sets: list[str]) -> None:
    """Any path with any value, and any text that is no override at all."""
    check(lambda: load_inputs(folder / "small.yaml", sets), folder / "small.yaml", lambda text: text)


@given(text=st.one_of(st.text(), st.lists(st.sampled_from([*SCRAPS, "a", "b: 1", "\n", "\n  "])).map("".join)))
@example("? ")
@example("{a: 1}: 2")
@example("!<")
@example("a: |9\n x")
@example("- - - - a")
@run(max_examples=examples(400))
def test_any_text_as_yaml(text: str) -> None:
    """The YAML reader knows every text: a tree or faults, never both missing."""
    faults = Faults()
    node = parse_yaml(text, "f", faults)
    assert node is not None or len(faults)


@given(text=st.one_of(st.text(), st.lists(st.sampled_from(["a", "1", ",", ";", '"', "\n", "\r\n", "\r"])).map("".join)))
@run(max_examples=examples(300))
def test_any_text_as_csv(text: str) -> None:
    """The CSV reader knows every text; what it returns is rectangular, each row with its line."""
    faults = Faults()
    table = read_raw_table(text.replace("\0", ""), "f", faults)
    assert table is not None or len(faults)
    if table is not None:
        assert {len(row) for row in table.rows} <= {len(table.header)}
        assert len(table.rows) == len(table.lines)
        assert table.lines == sorted(table.lines)


@given(
    text=st.one_of(st.text(), st.lists(st.sampled_from(["a", " ", "é", ",", "a,b", "\n", "\r\n", "\r"])).map("".join)),
    separator=st.sampled_from([",", ";"]),
)
@example("a,b\n\n1,2", ",")
@example("a,b\n,\n1,2", ",")
@example("a\n\n", ",")
@example("a,b\n1\n2,3,4\n", ",")
@run(max_examples=examples(400))
def test_plain_text_is_split_the_same_at_once_and_row_by_row(text: str, separator: str) -> None:
    """What is split as a whole has the cells and lines that the CSV reader of Python finds, and no fault."""
    faults = Faults()
    at_once = _split_plain(text.replace("\0", ""), separator, "f")
    if at_once is not None:
        assert at_once == _split(text.replace("\0", ""), separator, "f", faults)
        assert not len(faults)
