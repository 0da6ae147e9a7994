"""Telling the operator's platform over HTTP (A8): addresses that may be called, signatures, one request, when to try again. Nothing of
the database."""
