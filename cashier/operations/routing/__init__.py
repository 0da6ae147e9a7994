"""Writes of routing (C10 to C12): decisions, cascades, versions of the rules, dry runs, what is learned."""
