"""Versions of the matching rules: changed under four eyes, after a back-test over stored lines of past days (R15)."""
