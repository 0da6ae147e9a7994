"""Column types that this app's tables share."""

from ledger.models.base import CodeField, MinorUnitsField

__all__ = ["CodeField", "MinorUnitsField"]
