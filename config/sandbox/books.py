"""The sandbox's books as evidence: every charge and payout per merchant reference, and what was done twice."""

import sqlite3
from typing import Any

CHARGES = """
SELECT account AS merchant_account, merchant_reference, currency, count(*) AS payments, max(amount_minor) AS asked_minor,
       COALESCE(SUM(own_minor), 0) AS charged_minor, COALESCE(SUM(own), 0) AS captures, COALESCE(SUM(not_own), 0) AS injected_captures,
       COALESCE(SUM(not_own_minor), 0) AS injected_minor,
       COALESCE(SUM(own_minor > 0), 0) AS charging_payments,
       COALESCE(SUM((SELECT SUM(amount_minor) FROM refund WHERE refund.psp_ref = payment.psp_ref AND state = 'SUCCEEDED')), 0)
           AS refunded_minor,
       COALESCE(SUM((SELECT SUM(amount_minor) FROM dispute WHERE dispute.psp_ref = payment.psp_ref AND state <> 'WON')), 0)
           AS disputed_minor
FROM payment LEFT JOIN (
    SELECT psp_ref, SUM(amount_minor * (injected <> ?2)) AS own_minor, SUM(injected <> ?2) AS own, SUM(injected = ?2) AS not_own,
           SUM(amount_minor * (injected = ?2)) AS not_own_minor
    FROM capture WHERE state = 'SUCCEEDED' GROUP BY psp_ref) AS charged USING (psp_ref)
WHERE ?1 = '' OR merchant_reference = ?1
GROUP BY account, merchant_reference, currency ORDER BY merchant_reference"""

PAYOUTS = """
SELECT account AS merchant_account, merchant_reference, currency, max(amount_minor) AS amount_minor, SUM(paid) AS paid,
       SUM(state = 'RETURNED') AS returned, SUM(paid * amount_minor) AS paid_minor, count(*) AS requests
FROM payout WHERE (?1 = '' OR merchant_reference = ?1) GROUP BY account, merchant_reference, currency ORDER BY merchant_reference"""


def show_books(connection: sqlite3.Connection, *, merchant_reference: str = "") -> dict[str, Any]:
    """{charges, payouts, double_charged, double_paid}: the last two are empty while nobody was charged or paid twice.

    double_charged: more was captured for one reference than any of its payments asked for, or more than one of its payments
    charged; a second capture that a fault made is not counted.
    """
    charges = [dict(row) for row in connection.execute(CHARGES, (merchant_reference, "DUPLICATE_PSP_CAPTURE"))]
    payouts = [dict(row) for row in connection.execute(PAYOUTS, (merchant_reference,))]
    return {
        "charges": charges,
        "payouts": payouts,
        "double_charged": [c["merchant_reference"] for c in charges if c["charged_minor"] > c["asked_minor"] or c["charging_payments"] > 1],
        "double_paid": [p["merchant_reference"] for p in payouts if p["paid"] > 1],
    }
