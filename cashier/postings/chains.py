"""Lines of chain assets (POSTINGS.md 3.9). Pure: a stored source in, lines out (L8). Amounts in the asset's own units.

The chain is the bank: own wallets are `bank`, deposit addresses are `clearing` of the chain's merchant account until swept. Sources
name their parties by public id: `entity` (le_), `player` (pl_), `merchant_account` (ma_), `bank_account` (ba_, an own wallet); `asset`;
`ref`, what the line clears against (chain + transaction + log index, or po_). Gas is its own asset: `gas_asset`, `gas_minor`, taken from
`gas_account` (ba_). Splits that depend on a balance were decided under lock.
"""

from collections.abc import Mapping
from typing import Any

from ledger.values import Line, credit, debit

Source = Mapping[str, Any]


def chain_seen(source: Source) -> list[Line]:
    """In a block, not final: Dr unconfirmed[m] g, Cr pending[p] g. Reads gross_minor."""
    return [_merchant(debit, "unconfirmed", source), _player(credit, "pending", source, source["gross_minor"])]


def chain_unseen(source: Source) -> list[Line]:
    """Reorganised or replaced before it was final: Dr pending[p] g, Cr unconfirmed[m] g. Reads gross_minor."""
    return [_player(debit, "pending", source, source["gross_minor"]), _merchant(credit, "unconfirmed", source)]


def chain_final(source: Source) -> list[Line]:
    """Final: Dr clearing[m] g, pending[p] g; Cr unconfirmed[m] g, playable[p] g - f, fee_income[e] f (network).

    Reads gross_minor, player_fee_minor (f, 0 where the house bears it) and seen_minor (what stood in pending: 0 or gross_minor).
    """
    fee = source["player_fee_minor"]
    seen = chain_unseen(source) if source["seen_minor"] else []
    credited = source["gross_minor"] - fee
    return [
        _merchant(debit, "clearing", source),
        *seen,
        *([_player(credit, "playable", source, credited)] if credited else []),
        *_income(source, fee),
    ]


def chain_gone(source: Source) -> list[Line]:
    """Gone after it was final, deeper than the rule: a loss. Dr playable[p] x, receivable[p] y; Cr clearing[m] g = x + y.

    Reads gross_minor, playable_minor, receivable_minor.
    """
    parts = {"playable": source["playable_minor"], "receivable": source["receivable_minor"]}
    return [*(_player(debit, kind, source, part) for kind, part in parts.items() if part), _merchant(credit, "clearing", source)]


def chain_held(source: Source) -> list[Line]:
    """Another asset or contract of a known owner, or an address whose intent ended: Dr clearing[m] g, Cr locked[p] g."""
    return [_merchant(debit, "clearing", source), _player(credit, "locked", source, source["gross_minor"])]


def chain_unknown(source: Source) -> list[Line]:
    """Another asset or contract, owner not known: Dr clearing[m] g, Cr suspense[m] g."""
    return [_merchant(debit, "clearing", source), _merchant(credit, "suspense", source)]


def chain_swept(source: Source) -> list[Line]:
    """Swept to an own wallet: Dr bank[b] s, network_fees[e] k; Cr clearing[m] s, bank[gas] k in the gas asset.

    Gas in the same asset is paid out of what is swept: Dr bank[b] s - k, network_fees[e] k; Cr clearing[m] s. Reads gross_minor (s).
    """
    swept, gas = source["gross_minor"], source["gas_minor"]
    is_own_gas = source["gas_asset"] == source["asset"]
    arrived = swept - gas if is_own_gas else swept
    wallet = [debit("bank", source["bank_account"], source["asset"], arrived, ref=source["ref"])] if arrived else []
    return [*wallet, _merchant(credit, "clearing", source), *_burnt(source), *([] if is_own_gas else _gas_paid(source))]


def chain_payout_settled(source: Source) -> list[Line]:
    """A payout is final on its chain: Dr locked[p] a, Cr bank[b] a - f, fee_income[e] f (network). Reads amount_minor, fee_minor."""
    amount, fee = source["amount_minor"], source["fee_minor"]
    return [
        _player(debit, "locked", source, amount),
        credit("bank", source["bank_account"], source["asset"], amount - fee, ref=source["ref"]),
        *_income(source, fee),
    ]


def chain_gas_spent(source: Source) -> list[Line]:
    """Gas of a payout, or of a transaction that failed: Dr network_fees[e] k, Cr bank[gas] k. Reads the gas."""
    return [*_burnt(source), *_gas_paid(source)]


def _burnt(source: Source) -> list[Line]:
    gas = source["gas_minor"]
    return [debit("network_fees", source["entity"], source["gas_asset"], gas, ref=source["ref"])] if gas else []


def _gas_paid(source: Source) -> list[Line]:
    gas = source["gas_minor"]
    return [credit("bank", source["gas_account"], source["gas_asset"], gas, ref=source["ref"])] if gas else []


def _income(source: Source, fee: int) -> list[Line]:
    return [credit("fee_income", source["entity"], source["asset"], fee, ref=source["ref"], label="network")] if fee else []


def _merchant(side: Any, kind: str, source: Source) -> Line:
    line: Line = side(kind, source["merchant_account"], source["asset"], source["gross_minor"], ref=source["ref"])
    return line


def _player(side: Any, kind: str, source: Source, amount_minor: int) -> Line:
    line: Line = side(kind, source["player"], source["asset"], amount_minor, ref=source["ref"])
    return line
