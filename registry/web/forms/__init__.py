"""Forms, one file per family of screens."""
