"""Game rounds: stakes and wins. Sees players and the ledger only; money moves through the ledger's door (G2, G6)."""
