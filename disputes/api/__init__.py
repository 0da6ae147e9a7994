"""HTTP of disputes: read them, attach evidence (A7)."""
