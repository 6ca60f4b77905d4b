"""The interface for programs, `/api/v1`: the operations and rights of the screens, in JSON."""
