"""The sandbox speaks our own list of declines and the plain refusals of docs/psps.md."""

from cashier.psp.objects import PLAIN_CODES

DECLINE_CODES: dict[str, str] = PLAIN_CODES
