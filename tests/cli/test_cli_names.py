"""A misspelt command, option, choice or name on the command line is answered with the likely one."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from optimizer.cli.main import app


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["plna", "shop-search"], 2, "Did you mean 'plan'"),
        (["catalog", "shw", "public-cloud"], 2, "Did you mean 'show'?"),
        (["plan", "shop-search", "--fromat", "json"], 2, "--format"),
        (["plan", "shop-search", "--format", "jsn"], 2, "(found jsn). Did you mean json?"),
        (["plan", "shop-search", "--format", "XML"], 2, "must be one of table, json, csv, markdown, html (found XML)."),
        (["plan", "shop-serch"], 1, "Did you mean shop-search?"),
        (["check", "single-servce"], 1, "Did you mean single-service?"),
        (["catalog", "check", "public-clod"], 1, "Did you mean public-cloud?"),
        (["catalog", "show", "public-cloud", "--location", "aws/us-est-1"], 1, "Did you mean aws/us-east-1"),
        (["catalog", "show", "public-cloud", "--instance-type", "g6.xlrge"], 1, "Did you mean g6.xlarge"),
        (["check", "shop-search", "--set", "servces.x=1"], 1, "Did you mean services?"),
    ],
)
def test_likely_names_are_told(arguments, exit_code, said):
    """Commands and options by typer, choices and names by us."""
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == exit_code
    assert said in result.stderr


@pytest.mark.parametrize("word", ["table", "json", "csv", "markdown"])
def test_every_format_is_taken(word):
    """The words of --format, exactly."""
    result = CliRunner().invoke(app, ["catalog", "list", "--format", word])
    assert result.exit_code == 0
    assert result.stdout
