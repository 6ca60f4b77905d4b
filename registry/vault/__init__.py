"""Encryption and keyed hashes of what must not be read from a stolen database or backup."""
