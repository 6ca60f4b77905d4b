"""Anomalies: what looks doubtful over many rosters and decisions, to be looked at and closed."""
