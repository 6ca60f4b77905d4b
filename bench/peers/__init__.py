"""How else it is done: the same job by other means, to be measured beside `submit`."""
