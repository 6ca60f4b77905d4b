"""Closed months: what was counted and who was in, signed, each joined to the one before."""
