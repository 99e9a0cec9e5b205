"""``fleetopt init``: the files of a first question, all of them or none, and what they are good for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer import api
from optimizer.errors import FleetoptError
from optimizer.inputs.first_files import TEMPLATE

NAMES = {path.relative_to(TEMPLATE).as_posix() for path in TEMPLATE.rglob("*") if path.is_file()}


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its content."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_written_checks_and_plans_as_it_is(here, tmp_path):
    """Init, check, plan, verify, without any change; the plan is proven and whole."""
    done = here("init", "mine")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "fleetopt plan mine/scenario.yaml" in done.stdout
    done = here("check", "mine/scenario.yaml")
    assert done.exit_code == 0, done.stderr
    assert "no faults" in done.stdout
    assert "warning" not in done.stderr
    done = here("plan", "mine/scenario.yaml", "-o", "plan.json")
    assert done.exit_code == 0, done.stderr
    plan = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert plan["status"] == "optimal"
    assert {row["purchase_option"] for row in plan["fleet"]} >= {"committed_1y", "on_demand"}
    assert here("verify", "plan.json").exit_code == 0


def test_the_catalog_is_small_and_every_row_has_a_source(tmp_path):
    """Four types in two locations, all options priced, nothing without a source."""
    api.init(tmp_path / "mine")
    catalog = api.load_scenario(tmp_path / "mine" / "scenario.yaml").catalog
    assert (len(catalog.instance_types), len(catalog.locations)) == (4, 2)
    assert len(catalog.prices) == 16
    assert all(price.status == "offered" and price.source.source for price in catalog.prices.values())


def test_the_rows_are_those_of_the_public_catalog(tmp_path):
    """The template says nothing that the shipped catalog does not: it was rebuilt with it."""
    small, public = api.load_catalog(TEMPLATE / "catalog"), api.load_catalog("public-cloud")
    for kind in ("instance_types", "accelerators", "locations", "prices", "round_trips", "transfer", "storage"):
        rows, every = getattr(small, kind), getattr(public, kind)
        assert rows
        assert {key: every[key] for key in rows} == rows, f"{kind}: run tools/build_template.py"
    assert set(small.profiles) <= set(public.profiles)


def test_lines_to_change_are_marked():
    """Every line that a planner must touch says so and why."""
    marked = [line for line in (TEMPLATE / "scenario.yaml").read_text(encoding="utf-8").splitlines() if "# <-" in line]
    keys = {line.split("#")[0].strip().split(":")[0] for line in marked}
    assert keys >= {
        "name", "catalog", "locations", "horizon", "day_types", "origins", "encoder", "profile", "latency", "demand",
        "redundancy", "plan_for", "options", "people",
    }  # fmt: skip


def test_an_empty_folder_is_filled(tmp_path, monkeypatch):
    """``fleetopt init .`` in a new folder, where a rename of the folder itself would pull it from under the shell."""
    monkeypatch.chdir(tmp_path)
    inode = tmp_path.stat().st_ino
    api.init(".")
    assert tmp_path.stat().st_ino == inode
    assert files_of(tmp_path).keys() == NAMES
    assert {path.name for path in tmp_path.iterdir()} == {name.split("/")[0] for name in NAMES}


def test_files_are_as_open_as_new_ones(tmp_path):
    """No mode of the installed package or of a temporary folder is left on them."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("", encoding="utf-8")
    api.init(tmp_path / "mine")
    for path in (tmp_path / "mine", tmp_path / "mine" / "catalog"):
        assert path.stat().st_mode == (tmp_path / "other").stat().st_mode
    assert (tmp_path / "mine" / "demand.csv").stat().st_mode == (tmp_path / "other" / "file").stat().st_mode


@pytest.mark.parametrize("there", ["scenario.yaml", ".hidden", "notes.txt"])
def test_nothing_is_overwritten(invoke, tmp_path, there):
    """A folder with anything in it is refused with what was found, and left as it was."""
    (tmp_path / there).write_text("mine", encoding="utf-8")
    done = invoke("init", str(tmp_path))
    assert done.exit_code == 1
    assert f"is not empty (found {there})" in done.stderr
    assert files_of(tmp_path) == {there: b"mine"}


def test_a_file_and_a_folder_nowhere_are_refused(invoke, tmp_path):
    """A file is not replaced, a dangling link neither, and no parent is made."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to("nowhere")
    for name, said in (("file", "is no folder"), ("link", "is no folder"), ("a/b", "does not exist")):
        done = invoke("init", str(tmp_path / name))
        assert (done.exit_code, said in done.stderr) == (1, True), done.stderr
    assert files_of(tmp_path) == {"file": b"mine"}
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("failing", ["write_bytes", "rename"])
def test_all_files_are_written_or_none(tmp_path, monkeypatch, exists, failing):
    """A disk that fills up at the third file, or a rename that fails, leaves the place as it was."""
    folder = tmp_path / "mine"
    if exists:
        folder.mkdir()
    before, calls = sorted(tmp_path.rglob("*")), []
    real = getattr(Path, failing)

    def fails_once(self: Path, other: object) -> object:
        calls.append(self)
        if len(calls) == (3 if failing == "write_bytes" or exists else 1):
            raise OSError(28, "No space left on device")
        return real(self, other)

    monkeypatch.setattr(Path, failing, fails_once)
    with pytest.raises(FleetoptError, match="No space left on device"):
        api.init(folder)
    assert len(calls) >= 1
    assert sorted(tmp_path.rglob("*")) == before


def test_quiet_says_nothing(invoke, tmp_path):
    """The files are the result."""
    done = invoke("init", str(tmp_path / "my plan"), "--quiet")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    assert "fleetopt plan '" in invoke("init", str(tmp_path / "my other plan")).stdout
