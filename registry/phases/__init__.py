"""Phases of a registration: what each asks of a unit's unions, and units that have passed them."""
