"""Benchmarks: what a large roster costs on this machine, through the command line."""
