"""What `dev.py` does with a checkout; Python's standard library only, and nothing of `registry`.

environment  `.venv` from the hashed lock files      locks      the lock files themselves
demo_site    `run`: site, worker, demo data          child      a process that ends with ours
checks       lint, types, order of imports           suite      `test` and `bench`
sbom         what the product is made of                drills     `drills`, and docs/reliability.md
browser      a Chromium for the journeys
"""
