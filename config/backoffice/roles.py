"""Roles of the staff as auth groups with least privilege (B4, S2), and the people of the demo.

A role sees what it must look at and presses what is its work. Which permissions nobody holds together is data
(ledger.SeparateDuty), and the database refuses a grant that joins them (S2).
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet
from django_otp.plugins.otp_totp.models import TOTPDevice

from ledger.models import User

OURS = ("ledger", "cashier", "disputes", "reconciliation")

# What a role may press. What it may see is every view permission of its apps, less what it has no business with.
ACTS: dict[str, tuple[str, ...]] = {
    "ops": (
        "reconciliation.work_case",
        "reconciliation.export_case",
        "reconciliation.load_file",
        "reconciliation.run_reconciliation",
        "cashier.refund_capture",
        "cashier.replay_events",
        "cashier.resend_deliveries",
        "cashier.pause_captures",
        "cashier.force_breaker",
        "ledger.propose_adjustment",
        "cashier.propose_bonus",
        "cashier.propose_limit",
        "ledger.propose_reversal",
        "ledger.propose_write_off",
        "ledger.propose_shadow",
        "cashier.propose_routing",
        "cashier.propose_rail",
        "reconciliation.propose_column_map",
        "reconciliation.propose_matching",
    ),
    "risk": (
        "cashier.approve_payout",
        "cashier.approve_limit",
        "cashier.decide_review",
        "cashier.show_payer",
        "disputes.submit_dispute",
        "disputes.approve_dispute",
        "reconciliation.work_case",
    ),
    "finance": (
        "reconciliation.work_case",
        "reconciliation.export_case",
        "reconciliation.load_file",
        "reconciliation.run_reconciliation",
        "reconciliation.approve_disposition",
        "reconciliation.prepare_close",
        "reconciliation.sign_close",
        "reconciliation.reopen_close",
        "reconciliation.take_bundle",
        "ledger.propose_policy",
        "cashier.approve_bonus",
    ),
    # Apart from finance, which approves what cases post: who approves postings by hand approves no dispositions (S2).
    "controller": (
        "ledger.approve_adjustment",
        "ledger.approve_write_off",
        "ledger.approve_reversal",
        "ledger.approve_policy",
        "ledger.approve_shadow",
        "cashier.approve_routing",
        "cashier.approve_rail",
        "reconciliation.approve_column_map",
        "reconciliation.approve_matching",
        "ledger.verify_audit",
    ),
    "auditor": ("reconciliation.export_case", "reconciliation.take_bundle", "ledger.verify_audit", "ledger.export_audit"),
}
AUDIT_LOG = ("auditrecord", "auditseal", "audithead")
HIDDEN = {"ops": AUDIT_LOG, "risk": AUDIT_LOG, "finance": (), "controller": (), "auditor": ()}
NOBODY_SEES = ("playeridentity", "idempotencykey", "webhooknonce", "apiclient")

PEOPLE: tuple[tuple[str, str, str, str], ...] = (
    ("ops", "ada", "Ada", "Okoro"),
    ("ops", "eli", "Eli", "Sandoval"),
    ("risk", "cleo", "Cleo", "Marchetti"),
    ("risk", "rafe", "Rafe", "Lindqvist"),
    ("finance", "ben", "Ben", "Zammit"),
    ("finance", "fay", "Fay", "Novak"),
    ("controller", "kim", "Kim", "Vella"),
    ("controller", "max", "Max", "Farrugia"),
    ("auditor", "ola", "Ola", "Brandt"),
)


@dataclass(frozen=True, slots=True)
class StaffLogin:
    """A person of the demo, as .local/demo.json keeps them."""

    role: str
    user: str
    password: str
    totp_secret: str

    def as_row(self) -> dict[str, str]:
        return asdict(self)


def setup_roles_of_staff() -> dict[str, int]:
    """Make the groups and give each exactly its permissions; returns how many each holds."""
    with transaction.atomic():
        return {role: _grant(role) for role in ACTS}


def seed_staff(known: Iterable[Mapping[str, str]] = ()) -> list[StaffLogin]:
    """The people of the demo with their roles. `known`: rows kept from an earlier start; their passwords stay.

    Run twice, nobody is made twice.
    """
    setup_roles_of_staff()
    kept = {row["user"]: row for row in known}
    with transaction.atomic():
        return [_person(role, username, first, last, kept.get(username)) for role, username, first, last in PEOPLE]


def _grant(role: str) -> int:
    group, _ = Group.objects.get_or_create(name=role)
    wanted = list(_views(role).union(_acts(role)))
    group.permissions.set(wanted)
    return len(wanted)


def _views(role: str) -> QuerySet[Permission]:
    views = Permission.objects.filter(content_type__app_label__in=OURS, codename__startswith="view_")
    return views.exclude(content_type__model__in=[*HIDDEN[role], *NOBODY_SEES]).exclude(content_type__model__startswith="historical")


def _acts(role: str) -> QuerySet[Permission]:
    """Permissions that no app defines yet are passed over: a role gains them when they come."""
    named = Q(pk=None)
    for name in ACTS[role]:
        app, _, codename = name.partition(".")
        named |= Q(content_type__app_label=app, codename=codename)
    return Permission.objects.filter(named)


def _person(role: str, username: str, first: str, last: str, kept: Mapping[str, str] | None) -> StaffLogin:
    password = kept["password"] if kept else secrets.token_urlsafe(12)
    user = User.objects.filter(username=username).first() or User(username=username)
    user.first_name, user.last_name, user.is_staff = first, last, True
    if user._state.adding or not user.check_password(password):
        user.set_password(password)
        user.save()
    user.groups.set([Group.objects.get(name=role)])
    device, _ = TOTPDevice.objects.get_or_create(user=user, name="demo", defaults={"confirmed": True})
    return StaffLogin(role, username, password, device.config_url.partition("secret=")[2].partition("&")[0])
