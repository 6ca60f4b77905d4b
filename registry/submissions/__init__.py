"""Rosters sent for review: drafts, corrections, submissions and their states."""
