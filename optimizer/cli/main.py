"""The command ``fleetopt`` and the entry point of its process."""

from __future__ import annotations

import contextlib
import sys
from typing import Annotated

import typer

from optimizer.cli import catalog as catalog_commands
from optimizer.cli import profile as profile_commands
from optimizer.cli import traffic as traffic_commands
from optimizer.cli.check import check
from optimizer.cli.compare import compare
from optimizer.cli.cost import cost
from optimizer.cli.diff import diff
from optimizer.cli.explain import explain
from optimizer.cli.forecast import forecast
from optimizer.cli.guard import EXIT_BROKEN_PIPE, EXIT_INTERRUPTED, internal_error, silence_stdout, told
from optimizer.cli.init import init
from optimizer.cli.plan import plan
from optimizer.cli.replan import replan
from optimizer.cli.verify import VerifyCommand, verify
from optimizer.errors import EXIT_BAD_INPUT

_EPILOG = """\b
Start with:
  fleetopt init my-plan                  a scenario and a catalog of your own to begin with
  fleetopt plan shop-search              a plan for the example that comes along
  fleetopt plan shop-search -o plan.json
  fleetopt verify plan.json
  fleetopt diff plan.json other.json     what differs between two plans

\b
Exit codes: 0 done, 1 bad input or failure, 2 usage, 3 infeasible (proven), 4 no plan found,
5 the plan should change (replan --detailed-exitcode)."""

app = typer.Typer(
    name="fleetopt",
    help="Find the cheapest fleet that serves your models within their latency targets, and prove it.",
    epilog=_EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
)
app.command(short_help="Write a scenario and a catalog to begin with.")(init)
app.command(short_help="Find the cheapest fleet, with proof and bill.")(plan)
app.command(short_help="Plan options side by side before anything is bought.")(compare)
app.command(short_help="Tell every fault of a scenario at once.")(check)
app.command(short_help="What today's fleet or a plan costs, line by line.")(cost)
app.command(short_help="Why this and not that, and what it would cost.")(explain)
app.command(cls=VerifyCommand, short_help="Read the rules and the bill of a plan again, replay its traffic.")(verify)
app.command(short_help="Forecast demand from a history of counts.")(forecast)
app.command(short_help="Tell what differs between two plans.")(diff)
app.command(short_help="Tell what to change now that the demand is another one.")(replan)
app.add_typer(profile_commands.app, name="profile")
app.add_typer(traffic_commands.app, name="traffic")
app.add_typer(catalog_commands.app, name="catalog")


def _show_version(asked: bool) -> None:
    if asked:
        from optimizer import __version__

        typer.echo(f"fleetopt {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Find the cheapest fleet that serves your models within their latency targets, and prove it."""


def run() -> None:
    """Run the command line of this process, and end it with an exit code."""
    try:
        app(prog_name="fleetopt")
    except BrokenPipeError:
        silence_stdout()
        sys.exit(EXIT_BROKEN_PIPE)
    except KeyboardInterrupt:
        told("fleetopt: stopped")
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:
        told(internal_error(error), debug="--debug" in sys.argv)
        sys.exit(EXIT_BAD_INPUT)
    finally:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            sys.stdout.flush()
