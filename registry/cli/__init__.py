"""The `registry` command: the same operations as the site, with the same rights."""
