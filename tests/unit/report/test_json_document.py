"""A result is the same document in Python, in a file and as tables."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from optimizer.domain.json_document import JsonDocument
from optimizer.errors import FleetoptError
from tests.unit.report.sample_plan import sample_plan


@dataclass(frozen=True, slots=True)
class Shelf(JsonDocument):
    """A document with lists at two depths, one of them empty, and one of plain numbers."""

    boxes: tuple[dict[str, Any], ...] = (
        {"name": "a", "size": {"cm": 3}},
        {"name": "ü", "size": {"cm": 4}, "full": True},
    )
    inner: Any = None
    numbers: tuple[int, ...] = (1, 2)

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts."""
        return asdict(self)


def test_a_list_of_records_is_a_table():
    """One row a record in their order; a record within is columns with its path; what a record lacks is missing."""
    frame = Shelf().to_frame("boxes")
    assert list(frame.columns) == ["name", "size.cm", "full"]
    assert frame["size.cm"].tolist() == [3, 4]
    assert frame["full"].isna().tolist() == [True, False]


def test_lists_within_and_empty_lists_are_found_by_their_path():
    """A path goes through records; an empty list is an empty table."""
    shelf = Shelf(inner={"lines": [{"amount": 1.5}], "none": []})
    assert shelf.to_frame("inner.lines")["amount"].tolist() == [1.5]
    assert shelf.to_frame("inner.none").empty


@pytest.mark.parametrize("part", ["numbers", "inner", "boxes.0", ""])
def test_what_is_no_list_of_records_is_refused_by_name(part: str):
    """The message says which lists there are."""
    with pytest.raises(FleetoptError, match=r"no list .* It has boxes\."):
        Shelf().to_frame(part)


def test_the_file_holds_what_is_returned(tmp_path):
    """The same bytes; an old file is replaced whole."""
    place = tmp_path / "shelf.json"
    place.write_text("old and longer than what comes" * 100)
    text = Shelf().to_json(place)
    assert place.read_bytes() == text.encode()
    assert json.loads(text)["boxes"][1]["name"] == "ü"


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    """The error names it."""
    with pytest.raises(FleetoptError, match="nowhere"):
        Shelf().to_json(tmp_path / "nowhere" / "shelf.json")


def test_the_tables_of_a_plan_add_up_to_it():
    """Lines of the bill as a table sum to the total; the fleet has a row for each of the plan's."""
    plan = sample_plan()
    assert plan.to_frame("cost.lines")["amount"].sum() == pytest.approx(plan.cost.total)
    assert len(plan.to_frame("fleet")) == len(plan.fleet)
