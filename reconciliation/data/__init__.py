"""The default set of reason codes (E2), loaded by a migration; every value can be changed afterwards, with history."""
