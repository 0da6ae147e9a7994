"""Bonuses: grants, wagering, conversion, expiry, forfeiture. Sees players and the ledger only; money moves through the ledger's door.

Game rounds ask `cashier.bonuses.rounds` under the wallet's lock; nothing here knows the operations of games (G4, G6).
"""
