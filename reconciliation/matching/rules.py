"""The deterministic rules, in order (R5). Each has a name and version, says which fields it compares, and is one join.

In SQL `l` is the line, `i` the item. A rule only pairs what agrees in all its fields; the amount is never a key: where it differs,
the pair is made, and the difference is a case. Which rules are on, their order and parameters are data, in versions
(matching/catalogue.py, ruleset.py): the number behind a name is of those parameters. A rule whose code changes gets a new name.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """`lines`: which lines of that kind it looks at. `table`/`join`: the item and when it agrees. `item_minor`: the item's amount,
    signed as a line's.

    `kind`: the kind of line it is for. `fields`: what people are told was compared: (name, column of the line, column of the item).
    `key`: columns of line and item, uuids that the join makes equal, by which a large batch may be cut in two. `sources`: of which
    reports it is asked at all; of others it would only read the lines once more. Empty: of all.
    """

    name: str
    kind: str
    item_kind: str
    lines: str
    table: str
    join: str
    item_minor: str
    fields: tuple[tuple[str, str, str], ...]
    key: tuple[str, str] | None = None
    sources: tuple[str, ...] = ()


_ACCOUNT = ("merchant account", "account", "merchant_account_id")
_CURRENCY = ("currency", "gross_currency", "currency")
_CAPTURED = "i.state IN ('SUCCEEDED', 'FAILED_LATE', 'RETURNED')"
_REFUNDED = "i.state IN ('REFUND_PROCESSED', 'REFUND_REVERSED')"
_PAID = "i.state IN ('SETTLED', 'RETURNED')"
_NO_OTHER_ID = "(i.psp_ref IN ('', l.object_reference) OR l.object_reference = '')"
_REFUND_MINOR = "-i.amount_minor"
_PAYOUT_MINOR = "-(i.amount_minor - i.player_fee_minor)"

RULES: tuple[Rule, ...] = (
    Rule(
        name="sale.object@1",
        kind="sale",
        item_kind="capture",
        lines="l.reference_kind = 'pi' AND l.object_reference <> ''",
        table="cashier_capture",
        join=f"i.psp_ref = l.object_reference AND i.intent_id = l.reference_id AND i.currency = l.gross_currency AND {_CAPTURED}",
        item_minor="i.amount_minor",
        fields=(
            _ACCOUNT,
            ("our intent", "merchant_reference", "intent_id"),
            ("PSP's capture id", "object_reference", "psp_ref"),
            _CURRENCY,
        ),
        key=("reference_id", "intent_id"),
    ),
    Rule(
        name="sale.reference@1",
        kind="sale",
        item_kind="capture",
        lines="l.object_kind = 'cap'",
        table="cashier_capture",
        join=f"i.id = l.object_id AND {_NO_OTHER_ID} AND i.currency = l.gross_currency AND {_CAPTURED}",
        item_minor="i.amount_minor",
        fields=(_ACCOUNT, ("our capture", "object_merchant_reference", "id"), _CURRENCY),
        key=("object_id", "id"),
    ),
    Rule(
        name="refund.object@1",
        kind="refund",
        item_kind="refund",
        lines="l.object_reference <> ''",
        table="cashier_refund",
        join="i.psp_ref = l.object_reference AND (l.object_id IS NULL OR i.id = l.object_id) AND i.currency = l.gross_currency"
        f" AND {_REFUNDED}",
        item_minor=_REFUND_MINOR,
        fields=(_ACCOUNT, ("PSP's refund id", "object_reference", "psp_ref"), _CURRENCY),
    ),
    Rule(
        name="refund.reference@1",
        kind="refund",
        item_kind="refund",
        lines="l.object_kind = 'rf'",
        table="cashier_refund",
        join=f"i.id = l.object_id AND {_NO_OTHER_ID} AND i.currency = l.gross_currency AND {_REFUNDED}",
        item_minor=_REFUND_MINOR,
        fields=(_ACCOUNT, ("our refund", "object_merchant_reference", "id"), _CURRENCY),
    ),
    Rule(
        name="refund_reversal.reference@1",
        kind="reversal",
        item_kind="refund_reversal",
        lines="l.reverses = 'refund'",
        table="cashier_refund",
        join="(i.id = l.object_id OR (i.psp_ref <> '' AND i.psp_ref = l.object_reference)) AND i.currency = l.gross_currency"
        " AND i.state = 'REFUND_REVERSED'",
        item_minor="i.amount_minor",
        fields=(_ACCOUNT, ("our refund", "object_merchant_reference", "id"), _CURRENCY),
    ),
    Rule(
        name="payout.reference@1",
        kind="payout",
        item_kind="payout",
        lines="l.reference_kind = 'po'",
        table="cashier_payout_intent",
        join="i.id = l.reference_id AND (i.psp_ref IN ('', l.psp_reference, l.object_reference)"
        f" OR l.psp_reference = '' AND l.object_reference = '') AND i.currency = l.gross_currency AND {_PAID}",
        item_minor=_PAYOUT_MINOR,
        fields=(_ACCOUNT, ("our payout", "merchant_reference", "id"), ("PSP's payout id", "psp_reference", "psp_ref"), _CURRENCY),
    ),
    Rule(
        name="payout_return.reference@1",
        kind="reversal",
        item_kind="payout_return",
        lines="l.reverses = 'payout' AND l.reference_kind = 'po'",
        table="cashier_payout_intent",
        join="i.id = l.reference_id AND i.currency = l.gross_currency AND i.state = 'RETURNED'",
        item_minor="i.returned_minor",
        fields=(_ACCOUNT, ("our payout", "merchant_reference", "id"), _CURRENCY),
    ),
    Rule(
        name="sale.only_capture@1",
        kind="sale",
        item_kind="capture",
        lines="l.reference_kind = 'pi' AND l.object_reference = '' AND l.object_kind <> 'cap'",
        table="cashier_capture",
        join=f"i.intent_id = l.reference_id AND i.currency = l.gross_currency AND {_CAPTURED}"
        " AND NOT EXISTS (SELECT FROM cashier_capture o WHERE o.intent_id = i.intent_id AND o.id <> i.id)"
        " AND (l.psp_reference = '' OR EXISTS (SELECT FROM cashier_attempt a WHERE a.id = i.attempt_id"
        " AND a.psp_ref IN ('', l.psp_reference)))",
        item_minor="i.amount_minor",
        fields=(_ACCOUNT, ("our intent", "merchant_reference", "intent_id"), _CURRENCY),
        sources=("csv_psp",),
    ),
)

# Rules that are not one join: they are applied line by line, and named here so that every match can be explained.
OTHER_RULES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "conversion.payment@1": (
        ("payment that both legs name", "psp_reference", "payment"),
        ("other currency", "net_currency", "other_currency"),
        ("rate of both legs", "", "rate"),
    ),
    "dispute.case@1": (_ACCOUNT, ("our intent", "merchant_reference", ""), ("PSP's dispute id", "object_reference", "")),
    "legacy.before_our_time@1": (("made before our time", "created_at", ""), ("names nothing of ours", "merchant_reference", "")),
    "bank.transfer_reference@1": (("transfer reference", "narrative", "transfer_reference"), ("bank account", "bank_account_id", "route")),
    "bank.payout_reference@1": (
        ("PSP's reference of the payout", "narrative", "transfer_reference"),
        ("bank account", "bank_account_id", "route"),
    ),
    "bank.payer_and_amount@1": (
        ("PSP's known payer", "counterparty", "payer_name"),
        ("amount", "amount_minor", "payout_minor"),
        ("booked between the payout's day and its due day", "booked_date", "payout_date"),
    ),
    "bank.batch_and_account@1": (("batch number as a whole word", "narrative", "number"), ("account's code", "narrative", "account")),
    "bank.duplicate@1": (("bank's id", "bank_reference", ""), ("amount", "amount_minor", ""), ("text", "narrative", "")),
    "bank.nothing_moved@1": (("amount", "amount_minor", ""),),
    "bank.part_of_payout@1": (("transfer reference", "narrative", "transfer_reference"), ("bank account", "bank_account_id", "route")),
    "bank.payouts_named@1": (
        ("references of all payouts", "narrative", "transfer"),
        ("sum of the payouts", "amount_minor", "line_minor"),
        ("paid with batches", "", "paid_with"),
    ),
    "bank.payer_and_sum@1": (
        ("PSP's known payer", "counterparty", "payer_name"),
        ("the only choice of payouts that comes to it", "amount_minor", "line_minor"),
        ("paid with batches", "", "paid_with"),
    ),
    "bank.top_up@1": (("account topped up", "narrative", "account"), ("top-up", "narrative", "top_up"), ("what tells it", "", "said")),
    "bank.charge_code@1": (("bank's transaction code", "transaction_code", ""),),
    "person.named@1": (("case", "case", ""), ("named by", "named_by", ""), ("named", "", "item")),
    "by_hand@1": (),
}


def fields_of(rule: str) -> tuple[tuple[str, str, str], ...]:
    """What a rule of this label compares: (name, column of the line, column of the item). Raises KeyError for a rule that never was."""
    first = f"{rule.partition('@')[0]}@1"
    found = next((known.fields for known in RULES if known.name == first), None)
    return found if found is not None else OTHER_RULES[first]
