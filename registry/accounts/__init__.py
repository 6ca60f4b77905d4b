"""People who sign in: accounts, their sessions, throttling of sign-in."""
