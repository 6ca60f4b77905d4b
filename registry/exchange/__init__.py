"""Batches for the higher federation: what it is sent, what it answered, what it does not know."""
