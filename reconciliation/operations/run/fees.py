"""The fees of a batch against the contract (R12): what differs is a grouped case, what is rounding posts to `rounding`."""

from collections.abc import Sequence
from typing import Any

from cashier.contracts import RoundingCaps, fee_margins, rounding_caps
from reconciliation.matching.facts import LineFacts
from reconciliation.matching.judge import SCHEDULED_TEXTS, judge_fee
from reconciliation.models import ExceptionCase, SettlementBatch
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.groups import Part, raise_group
from reconciliation.operations.run.context import MerchantRun
from reconciliation.operations.run.findings import raise_line_case
from reconciliation.operations.run.own_places import Own, Rounded
from reconciliation.queries.fee_audit import FeeDifference, audit_fees
from reconciliation.queries.fee_lines import chargeback_fees, names_chargeback_fee
from reconciliation.queries.rate_audit import RateDifference, audit_rates, rounded_conversions
from reconciliation.queries.rounding_room import rounded_this_month
from reconciliation.queries.unpaired import fee_lines


def raise_prices(step: MerchantRun, batch: SettlementBatch) -> Own:
    """Every case about what the batch's lines cost and at which rate they were converted; gives what posts to a place of its own."""
    for rate in audit_rates(batch):
        _raise_rate(step, batch, rate)
    room = _Room(batch)
    rounded: list[Rounded] = []
    fees = audit_fees(batch)
    for kind in sorted({fee.kind for fee in fees}):
        rounded += room.take(kind, [fee for fee in fees if fee.kind == kind and fee.may_be_rounding])
    for conversion in rounded_conversions(batch) if room.caps else []:
        rounded += room.take_conversion(conversion)
    for each in rounded:
        _raise_rounding(step, batch, each)
    is_rounding = {each.what for each in rounded}
    for fee in fees:
        if not (fee.may_be_rounding and fee.kind in is_rounding):
            _raise_fee(step, batch, fee)
    return Own(tuple(rounded), -sum(line.net_minor for line in fee_lines(batch) if names_chargeback_fee(line)))


def raise_fee_rows(step: MerchantRun, batch: SettlementBatch) -> None:
    """A case for every chargeback fee that no dispute carries, and for every fee row whose text is in no schedule; `fees` takes them."""
    texts = (*SCHEDULED_TEXTS, *step.account.fee_schedule.get("line_texts", []))
    for line, cost in chargeback_fees(batch):
        _raise_chargeback_fee(step, line, cost, texts)
    for line in fee_lines(batch):
        finding = None if names_chargeback_fee(line) else judge_fee(line, texts)
        if finding is not None:
            raise_line_case(step, line, finding)


def resolve_scheduled(step: MerchantRun) -> None:
    """Chargeback fees that the schedule knows by now end by themselves."""
    texts = step.account.fee_schedule.get("line_texts", [])
    live = ExceptionCase.objects.filter(merchant_account=step.account, reason="CHARGEBACK_FEE_NOT_BOOKED", state__in=LIVE_STATES)
    for case in live:
        if _is_scheduled(str(case.facts.get("text", "")), texts):
            auto_resolve_case(case, rule="fee_scheduled@1", text="The fee schedule knows this fee by now.", now=step.now)


class _Room:
    """How much more may be rounding: in this batch, and in its month."""

    def __init__(self, batch: SettlementBatch) -> None:
        self.caps: RoundingCaps | None = rounding_caps(batch.merchant_account.contract, batch.currency)
        self.left = min(self.caps.batch_minor, self.caps.month_minor - rounded_this_month(batch)) if self.caps else 0

    def take(self, kind: str, found: Sequence[FeeDifference]) -> list[Rounded]:
        """The kind's single units, if all of them together fit; else none of them is rounding."""
        minor = sum(fee.over_minor - fee.under_minor for fee in found)
        return self._take(kind, minor, sum(fee.count for fee in found)) if found else []

    def take_conversion(self, found: RateDifference) -> list[Rounded]:
        return [Rounded(each.what, each.minor, each.lines, each.cap_minor, found.rate) for each in self._take(
            f"fx:{found.charged}", found.difference_minor, found.count
        )]  # fmt: skip

    def _take(self, what: str, minor: int, lines: int) -> list[Rounded]:
        if self.caps is None or not minor or abs(minor) > self.left:
            return []
        self.left -= abs(minor)
        return [Rounded(what, minor, lines, self.caps.batch_minor)]


def _raise_fee(step: MerchantRun, batch: SettlementBatch, fee: FeeDifference) -> None:
    """FEE_DIFFERS of the week grows by this batch; a week within what is immaterial ends by itself."""
    material = fee_margins(step.account.contract, batch.currency).week_minor
    suffix = "rounding" if fee.may_be_rounding else "more"
    facts = {"expected_minor": fee.expected_minor, "charged_minor": fee.charged_minor}
    case = raise_group(
        code="FEE_DIFFERS", key=f"{step.account.public_id}:{fee.kind}:{batch.currency}:{fee.week}",
        part=Part(_part_name(batch, suffix), fee.count, fee.over_minor, fee.under_minor, fee.lines, facts),
        account=step.account, currency=batch.currency, business_date=fee.day,
        facts={"fee": fee.kind, "week": fee.week.isoformat(), "currency": batch.currency}, links=_links(batch), run=step.run, now=step.now,
    )  # fmt: skip
    if case.is_live and material and case.facts["over_minor"] + case.facts["under_minor"] <= material:
        text = "All that differs in this week is within what was agreed to be immaterial."
        auto_resolve_case(case, rule="immaterial_week@1", text=text, data={"weekly_minor": material}, now=step.now)


def _raise_rate(step: MerchantRun, batch: SettlementBatch, rate: RateDifference) -> None:
    pair = f"{rate.charged}/{batch.currency}"
    over, under = max(-rate.difference_minor, 0), max(rate.difference_minor, 0)  # too little came: it cost us
    raise_group(
        code="FX_RATE_DIFFERS", key=f"{batch.ref}:{rate.charged}",
        part=Part(_part_name(batch), rate.count, over, under, rate.lines, {"gross_minor": rate.gross_minor, "came_minor": rate.base_minor}),
        account=step.account, currency=batch.currency, business_date=rate.day,
        facts={"pair": pair, "batch": batch.number, "agreed": step.account.contract["fx"][pair]}, links=_links(batch), run=step.run,
        now=step.now,
    )  # fmt: skip


def _raise_rounding(step: MerchantRun, batch: SettlementBatch, each: Rounded) -> None:
    """Posted with the batch, so the case ends as soon as it is told."""
    about = f"{each.what}:{each.rate.normalize():f}" if each.rate is not None else each.what
    key = f"ROUNDING_DIFFERENCE:{batch.ref}:{about}"
    if ExceptionCase.objects.filter(dedupe_key=key).exists():
        return
    case = raise_case(
        code="ROUNDING_DIFFERENCE", entity_id=step.account.entity_id, business_date=batch.business_date, amount_minor=each.minor,
        currency=batch.currency, merchant_account=step.account, dedupe_key=key,
        facts={"of": each.what, "lines": each.lines, "rounded_minor": each.minor, "batch": batch.number, "cap_minor": each.cap_minor},
        links=_links(batch), run=step.run, now=step.now,
    )  # fmt: skip
    auto_resolve_case(
        case,
        rule="rounding_posted@1",
        text="At most one minor unit a line, and under the cap: it posts to rounding with its batch.",
        now=step.now,
    )


def _raise_chargeback_fee(step: MerchantRun, line: LineFacts, cost_minor: int, texts: Sequence[str]) -> None:
    text = " ".join(f"{line.object_reference or line.type}".split())
    if _is_scheduled(text, texts):
        return
    raise_case(
        code="CHARGEBACK_FEE_NOT_BOOKED", entity_id=step.account.entity_id, business_date=line.business_date, amount_minor=cost_minor,
        currency=line.net_currency, merchant_account=step.account, merchant_reference=line.merchant_reference,
        psp_reference=line.psp_reference, dedupe_key=f"CHARGEBACK_FEE_NOT_BOOKED:line:{line.id}",
        facts={"line": line.line_number, "type": line.type, "text": text, "net_minor": line.net_minor, "currency": line.net_currency},
        links=[("psp_line", str(line.id))], run=step.run, now=step.now,
    )  # fmt: skip


def _is_scheduled(text: str, texts: Sequence[str]) -> bool:
    return any(text.casefold().startswith(known.casefold()) for known in texts)


def _part_name(batch: SettlementBatch, suffix: str = "") -> str:
    return f"{batch.number}{' ' + suffix if suffix == 'rounding' else ''}"


def _links(batch: SettlementBatch) -> list[tuple[str, Any]]:
    return [("batch", batch.public_id), ("file", batch.source_file.public_id)]
