"""Decisions that take several plans: options side by side, break-even prices, regret."""
