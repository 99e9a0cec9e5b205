"""Scenario and capacity to arrays: blocks, staffing, rules, objective."""
