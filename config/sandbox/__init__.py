"""The sandbox PSP: a provider, a bank and their paperwork in a process of its own (docs/sandbox.md).

Imports nothing of the four apps and nothing of Django: what it says must be able to prove them right or wrong.
"""
