"""``python -m optimizer`` is ``fleetopt``."""

from optimizer.cli.main import run

if __name__ == "__main__":
    run()
