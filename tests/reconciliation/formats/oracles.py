"""What other libraries read from the shared sample files: golden JSON beside camt files, .yml beside MT940 files.

The .yml files are pickled Python objects: they are only ever composed into nodes, never constructed.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

Money = tuple[int, str]  # minor units, currency


@dataclass(frozen=True)
class CamtFacts:
    """`entries` signed by the printed mark; `balances` by that library's names (opening, closing, …), unsigned there.

    For a message of several statements the golden file holds only the last one's entries.
    """

    statements: int
    account: str
    entries: tuple[Money, ...]
    balances: dict[str, Money]


def read_camt_oracle(path: Path) -> CamtFacts:
    """The facts of a golden JSON; it prints "__RECURSIVITY__" for what it printed before."""
    golden = json.loads(path.read_text())
    entries, records = golden["getEntries"], golden["getRecords"]
    statement = entries[0]["getRecord"] if entries else records[0]
    return CamtFacts(
        statements=len(records),
        account=statement["getAccount"]["getIdentification"],
        entries=tuple(_signed(entry) for entry in entries),
        balances={balance["getType"]: _money(balance["getAmount"]) for balance in reversed(statement["getBalances"])},
    )


def _money(node: dict[str, Any]) -> Money:
    return int(node["getAmount"]), node["getCurrency"]["getCode"]


def _signed(entry: dict[str, Any]) -> Money:
    """That library gives debits a negative amount."""
    amount, currency = _money(entry["getAmount"])
    assert (amount < 0) == (entry["getCreditDebitIndicator"] == "DBIT") or amount == 0
    return amount, currency


@dataclass(frozen=True)
class Mt940Facts:
    """Amounts of all transactions; balances of the last statement, for that library keeps only those."""

    amounts: tuple[Decimal, ...]
    balances: dict[str, Decimal]


def read_mt940_oracle(path: Path) -> Mt940Facts:
    """Amounts and balances of a .yml, from its nodes."""
    root = _fields(yaml.compose(path.read_text(), Loader=yaml.SafeLoader))
    transactions = root["transactions"].value if "transactions" in root else []
    amounts = tuple(_amount(_fields(_fields(transaction)["data"])["amount"]) for transaction in transactions)
    data = _fields(root["data"])
    return Mt940Facts(amounts, {name: _amount(_fields(node)["amount"]) for name, node in data.items() if name.endswith("_balance")})


def _fields(node: Any) -> dict[str, Any]:
    return {key.value: value for key, value in node.value}


def _amount(node: Any) -> Decimal:
    """An Amount node: {amount: apply Decimal [text], currency}."""
    return Decimal(_fields(node)["amount"].value[0].value)
