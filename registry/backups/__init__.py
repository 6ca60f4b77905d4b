"""Everything of an installation but its keys, in one sealed file, and back from it."""
