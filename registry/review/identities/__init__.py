"""Who somebody is: doubts between a roster and the register, or within it, and their decisions."""
