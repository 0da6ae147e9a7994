"""Reason codes as other floors ask of them (E2)."""

from collections.abc import Sequence

from reconciliation.models import ReasonCode


def unknown_codes(*, codes: Sequence[str]) -> list[str]:
    """Those that are no reason codes, in the order given."""
    known = set(ReasonCode.objects.filter(code__in=codes).values_list("code", flat=True))
    return [code for code in codes if code not in known]
