"""Frozen records: what is known (catalog), what is asked (scenario), what is decided (plan)."""
