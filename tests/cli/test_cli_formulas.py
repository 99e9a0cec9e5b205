"""Names and sources of a planner's own catalog reach every CSV, and none of them as a formula."""

from __future__ import annotations

import csv
import io
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer.cli.main import app
from optimizer.inputs import shipped_catalogs, shipped_scenarios

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?")
#: What stands in the smallest question, and what a hostile file would call it (services and origins have plain names).
HOSTILE = {
    "aws": "=aws",
    "us-east-1": "@us-east-1",
    "g6.xlarge": "-g6.xlarge",
    "serving engineer": "=cmd|' /C calc'!A0",
    "https:": "=HYPERLINK;@https:",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest scenario and its catalog with hostile names and sources throughout."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(shipped_catalogs()["public-cloud"], folder / "catalog")
    shutil.copy(shipped_scenarios()["single-service"], folder / "scenario.yaml")
    for path in (folder / "scenario.yaml", *(folder / "catalog").glob("*.csv")):
        text = path.read_text(encoding="utf-8").replace("catalog: public-cloud", "catalog: catalog")
        for name, hostile in HOSTILE.items():
            new = f'"{hostile}"' if path.suffix == ".yaml" and " " in name else hostile
            text = re.sub(rf"(?<![\w=@+-]){re.escape(name)}(?![\w-])", lambda _, new=new: new, text)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("command", "about"),
    [(("plan",), "scenario.yaml"), (("catalog", "show"), "catalog"), (("catalog", "check"), "catalog")],
)
def test_no_cell_of_a_written_csv_is_a_formula(
    folder: Path, tmp_path: Path, command: tuple[str, ...], about: str
) -> None:
    """Read back by commas and by semicolons: no cell begins like a formula, and numbers are numbers."""
    output = tmp_path / "out.csv"
    asked = [*command, str(folder / about), "--format", "csv", "-o", str(output), "--quiet"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    cells = [cell for row in csv.reader(io.StringIO(output.read_text(encoding="utf-8"))) for cell in row]
    assert any(cell.startswith("'") for cell in cells)
    assert any(NUMBER.fullmatch(cell) for cell in cells)
    for part in (*cells, *(part for cell in cells for part in cell.split(";"))):
        assert not part.strip().startswith(("=", "+", "-", "@")) or NUMBER.fullmatch(part), part
