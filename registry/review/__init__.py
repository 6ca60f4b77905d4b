"""The reviewer's decisions on submitted rows, and the queue of what waits."""
