"""Loading: a file's lines go into their tables whole, or not at all (R2)."""
