"""HTTP of bonuses."""
