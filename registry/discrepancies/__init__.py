"""Where what a union declared, sent in, has in the register and is known of does not agree."""
