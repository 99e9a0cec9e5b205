"""Builders of the shipped catalog: one module for each group of tables."""
