"""A day's frozen snapshot as files (D4): tables as Parquet and CSV, totals, a summary to print, a signed manifest. No database.

The only place that knows DuckDB (DESIGN.md decision 13). Values in, files out; the same values give the same bytes.
"""
