"""Shadow posting (L11): which rules are tried, what they have shown, and each next step under four eyes."""

from ledger.admin.shadows.pages import ShadowAdmin

__all__ = ["ShadowAdmin"]
