"""What every part of the scenario schema shares: bounds, names, refusals, and the base of its mappings."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, NoReturn

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from optimizer.inputs.wording import show

SCENARIO_FORMAT = "fleetopt/scenario/1"
CATALOG_FORMAT = "fleetopt/catalog/1"
#: Type of the errors raised by our own validators; their context holds `what` and `mend`.
OWN_ERROR = "fleetopt"
#: Rates above this are typing errors; below it no sum of rates can overflow.
HIGHEST_RATE_PER_S = 1e9
LONGEST_LATENCY_MS = 3_600_000.0
LONGEST_RTT_MS = 10_000.0
HIGHEST_AMOUNT = 1e9
HIGHEST_SIZE = 1e6
MOST_INSTANCES = 1_000_000
FIRST_YEAR, LAST_YEAR = 2000, 2100

DemandName = Literal["low", "mid", "high"]
_NAME = re.compile(r"[^\W_][\w-]{0,62}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)


def refuse(what: str, mend: str, code: str = "invalid") -> NoReturn:
    """Raise a fault in our own words, with what to do about it."""
    raise PydanticCustomError(OWN_ERROR, "{what}", {"what": what, "mend": mend, "code": code})


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        mend = "Use letters, digits, - and _, and begin with a letter or digit."
        refuse(f"not a name (found {show(text)})", mend, "not-a-name")
    return text


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        mend = "Use a-z, 0-9 and -, and begin with a letter or digit."
        refuse(f"not a scenario name (found {show(text)})", mend, "not-a-name")
    return text


def as_list(value: object) -> object:
    """Take one word for a list of one."""
    return [value] if isinstance(value, str) else value


def each_once(values: list[str]) -> list[str]:
    """Refuse a list that names something twice."""
    if twice := sorted({value for value in values if values.count(value) > 1}):
        refuse(f"names something twice (found {show(twice[0])})", "Name each once.", "duplicate")
    return values


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text) if len(text) == len("2027-01-01") else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        mend = "Write year-month-day, for example 2027-01-01."
        refuse(f"not a date between {FIRST_YEAR} and {LAST_YEAR} (found {show(text)})", mend, "not-a-date")
    return text


def auto(value: object) -> object:
    """Take ``auto`` for None, and refuse other words."""
    if isinstance(value, str) and value != "auto":
        refuse(f"must be auto or a number (found {show(value)})", "Write auto, or a number of GiB.", "wrong-type")
    return None if value == "auto" else value


Name = Annotated[str, AfterValidator(_name)]
NamesOrOne = Annotated[list[str], BeforeValidator(as_list), AfterValidator(each_once)]
Slug = Annotated[str, AfterValidator(_slug)]
Day = Annotated[str, AfterValidator(_day)]
Each = AfterValidator(each_once)


class Document(BaseModel):
    """Base of every mapping of the file: unknown keys, loose types and writing are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
