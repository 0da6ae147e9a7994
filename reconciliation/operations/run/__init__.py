"""A run: one account, one business date (R9). Every step is its own transaction and finds what is left to do, so that a run that
was killed anywhere ends the same when it is started again."""
