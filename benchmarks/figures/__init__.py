"""Figures of ``make accuracy``: each module measures one thing and returns the table that says so."""
