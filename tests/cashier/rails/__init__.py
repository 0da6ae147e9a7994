"""The rail catalogue (C23)."""
