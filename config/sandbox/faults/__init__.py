"""The breaks that the sandbox makes on purpose. docs/sandbox.md, "What each fault leaves behind", has the table.

plan.py: which codes and how many. breaker.py: a seeded choice that takes no object twice. payments.py, payouts.py, lines.py and
banks.py: what each code does, and the truth row that says so.
"""
