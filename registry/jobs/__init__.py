"""Long work outside the request: the batch table is the truth, the queue only wakes the worker."""
