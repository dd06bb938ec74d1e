"""A run: its immutable plan, carrying it out, stopping and resuming."""
