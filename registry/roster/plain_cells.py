"""Text for cells of files without types (CSV): no spreadsheet program may run it."""

# Taken for a formula where a cell begins so; full-width forms count for some programs.
RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def safe(text: str) -> str:
    """Return the text so that no spreadsheet program runs it: an apostrophe goes before."""
    return f"'{text}" if text.startswith(RISKY) else text
