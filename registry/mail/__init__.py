"""Optional mail: once a day, what waits, in counts; never a name, a number or a file."""
