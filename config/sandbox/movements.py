"""Money facts, each of which becomes one row of a settlement report."""

import sqlite3

NEVER = 0  # the batch of what is never reported
CREDITS = frozenset({"Settled", "ChargebackReversed", "RefundedReversed", "PaidOutReversed"})


def record_movement(
    connection: sqlite3.Connection,
    *,
    account: str,
    kind: str,
    psp_ref: str,
    object_id: str,
    merchant_reference: str,
    currency: str,
    amount_minor: int,
    occurred_at: str,
    method: str = "",
    object_reference: str = "",
    label: str = "",
    fault: str = "",
) -> int:
    """Add a movement and return its number. `kind` is the Type column; `amount_minor` its gross: positive, the kind gives the
    direction (UNKNOWN_LINE_TYPE's is signed). `label` replaces the Modification Reference, which else is `object_id`."""
    cursor = connection.execute(
        "INSERT INTO movement (account, kind, psp_ref, object_id, merchant_reference, object_reference, method, currency, amount_minor,"
        " label, fault, occurred_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            account,
            kind,
            psp_ref,
            object_id,
            merchant_reference,
            object_reference,
            method,
            currency,
            amount_minor,
            label,
            fault,
            occurred_at,
        ),
    )
    return int(cursor.lastrowid or 0)


def withhold_movement(connection: sqlite3.Connection, *, movement_id: int, fault: str) -> None:
    """Never report it."""
    connection.execute("UPDATE movement SET batch = ?, fault = ? WHERE id = ?", (NEVER, fault, movement_id))


def misreport_movement(connection: sqlite3.Connection, *, movement_id: int, reported_minor: int, fault: str) -> None:
    """Report another gross than the true one."""
    connection.execute("UPDATE movement SET reported_minor = ?, fault = ? WHERE id = ?", (reported_minor, fault, movement_id))


def misname_currency(connection: sqlite3.Connection, *, movement_id: int, currency: str, fault: str) -> None:
    """Report the gross as if it were another currency's."""
    connection.execute("UPDATE movement SET reported_currency = ?, fault = ? WHERE id = ?", (currency, fault, movement_id))


def charge_more(connection: sqlite3.Connection, *, movement_id: int, fee_minor: int, fault: str) -> None:
    """Report and take a higher fee."""
    connection.execute("UPDATE movement SET extra_fee_minor = ?, fault = ? WHERE id = ?", (fee_minor, fault, movement_id))


def convert_movement(connection: sqlite3.Connection, *, movement_id: int, currency: str, settled_minor: int, rate: str, fault: str) -> None:
    """Settle it in another currency: so much before fees, at that rate."""
    connection.execute(
        "UPDATE movement SET settled_currency = ?, settled_minor = ?, exchange_rate = ?, fault = ? WHERE id = ?",
        (currency, settled_minor, rate, fault, movement_id),
    )


def misroute_movement(connection: sqlite3.Connection, *, movement_id: int, account: str, fault: str) -> None:
    """Report and pay it to another merchant account."""
    connection.execute("UPDATE movement SET account = ?, fault = ? WHERE id = ?", (account, fault, movement_id))


def movement_of(connection: sqlite3.Connection, *, object_id: str, kind: str) -> int:
    """The latest movement of a kind of one object."""
    query = "SELECT max(id) FROM movement WHERE object_id = ? AND kind = ?"
    return int(connection.execute(query, (object_id, kind)).fetchone()[0])


def repeat_movement(connection: sqlite3.Connection, *, movement_id: int, fault: str) -> None:
    """Report it twice."""
    connection.execute("UPDATE movement SET copies = 2, fault = ? WHERE id = ?", (fault, movement_id))
