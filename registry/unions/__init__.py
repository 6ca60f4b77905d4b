"""The tree of trade unions, from the county federation down to the grassroots."""
