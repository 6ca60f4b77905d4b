"""Figures: metrics added up from the tallies, and the recount that must agree with them."""
