"""Rule name and version -> the pure function that turns a stored source into journal lines (L8).

A rule once used is never edited: a change is a new version beside the old one, which replay still needs.
"""

POSTING_RULES: dict[str, str] = {}
