"""Acts on unions that reach over everything kept of them: moved, given up, dissolved."""
