"""How the work goes: growth, what a day moved, what waits where, and what was wrong in rosters."""
