"""Rows that the cashier is loaded with."""
