"""The screens: HTTP only, one file per family."""
