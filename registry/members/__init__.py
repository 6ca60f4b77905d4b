"""The register: persons, members, memberships and their history, matching and tallies."""
