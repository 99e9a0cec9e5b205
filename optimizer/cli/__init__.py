"""The command ``fleetopt``: one module for each command, each a thin reading of `optimizer.api`."""
