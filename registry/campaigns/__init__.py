"""Campaigns: what the unions of a place have to do by a day, and how far they are."""
