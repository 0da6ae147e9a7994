"""What a PSP says it holds of ours: the newest figure of each balance in its papers (format psp_balances)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from cashier.models import MerchantAccount
from reconciliation.models import FileState, SourceFile

_LOOK_BACK = timedelta(days=100)  # what was said longer ago was held against the books then


@dataclass(frozen=True, slots=True)
class Said:
    """A balance (`kind`: prefund, reserve) of one currency at the end of `day`, signed minor units; `file` names the paper."""

    kind: str
    day: date
    currency: str
    minor: int
    file: str


def newest_figures(account: MerchantAccount, until: date) -> list[Said]:
    """The newest of each kind and currency, of days up to and with `until`; of one day, what was said last. None that was told more
    than a hundred days before."""
    since = datetime.combine(until - _LOOK_BACK, time.min, tzinfo=UTC)  # a day's balance is told when the day is over
    papers = SourceFile.objects.filter(source="psp_balances", state=FileState.LOADED, merchant_account=account, loaded_at__gte=since)
    found: dict[tuple[str, str], Said] = {}
    for paper in papers.order_by("-loaded_at", "-pk"):
        for row in paper.result["statements"]:
            kind, _, text = row["number"].partition(" ")
            if kind == "top_up":  # a movement, no balance
                continue
            said = Said(kind, date.fromisoformat(text), row["currency"], int(row["closing_minor"]), paper.public_id)
            before = found.get((said.kind, said.currency))
            if said.day <= until and (before is None or said.day > before.day):
                found[said.kind, said.currency] = said
    return list(found.values())
