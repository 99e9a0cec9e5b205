"""Totals drawn at random: what decided options cost when traffic, prices and failures come out another way."""
