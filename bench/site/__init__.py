"""The product's web process with one page more: a bare view that inserts a row, the yardstick of `round_debit_http`."""
