"""Django's PostgreSQL backend, but for how a transaction begins and ends (base.py)."""
