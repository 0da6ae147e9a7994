"""The theme of the back office: our name, our colours, the sidebar."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _page(model: str) -> Any:
    return reverse_lazy(f"admin:{model}_changelist")


def _may_see(permission: str) -> Any:
    def allowed(request: HttpRequest) -> bool:
        return bool(request.user.has_perm(permission))

    return allowed


def _item(title: str, icon: str, model: str, *, badge: str = "") -> dict[str, Any]:
    app, _, name = model.partition("_")
    item: dict[str, Any] = {"title": title, "icon": icon, "link": _page(model), "permission": _may_see(f"{app}.view_{name}")}
    return {**item, "badge": badge} if badge else item


# Our ink: a navy of low chroma. Good, bad, attention and moving have hues of their own (static/ops/ops.css).
INK = {
    "50": "oklch(97.4% .011 255)",
    "100": "oklch(94.3% .024 255)",
    "200": "oklch(88.6% .046 255)",
    "300": "oklch(80.2% .076 255)",
    "400": "oklch(70.4% .105 255)",
    "500": "oklch(58.2% .119 256)",
    "600": "oklch(45.8% .108 257)",
    "700": "oklch(39.1% .096 258)",
    "800": "oklch(33.2% .079 259)",
    "900": "oklch(28.4% .062 260)",
    "950": "oklch(21.2% .046 261)",
}
SLATE = {
    "50": "oklch(98.4% .003 250)",
    "100": "oklch(96.6% .005 250)",
    "200": "oklch(92.6% .008 252)",
    "300": "oklch(86.6% .012 254)",
    "400": "oklch(70.6% .021 257)",
    "500": "oklch(53.2% .026 259)",
    "600": "oklch(43.8% .028 260)",
    "700": "oklch(36.6% .030 261)",
    "800": "oklch(27.4% .029 262)",
    "900": "oklch(20.4% .026 263)",
    "950": "oklch(14.6% .022 264)",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Countroom",
    "SITE_HEADER": "Countroom",
    "SITE_SUBHEADER": "Payments back office",
    "SITE_URL": None,
    "SITE_ICON": lambda request: static("ops/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("ops/mark.svg")}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {"base": SLATE, "primary": INK},
    "STYLES": [lambda request: static("ops/ops.css")],
    "SCRIPTS": [lambda request: static("ops/ops.js")],
    "DASHBOARD_CALLBACK": "config.backoffice.homes.home",
    "COMMAND": {"search_models": False, "show_history": False, "search_callback": "config.backoffice.palette.find"},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": [
            {"items": [{"title": "Home", "icon": "home", "link": reverse_lazy("admin:index")}]},
            {
                "title": "Work",
                "items": [
                    _item("Exceptions", "error", "reconciliation_exceptioncase", badge="config.backoffice.homes.late_cases"),
                    _item("Approvals", "how_to_reg", "ledger_approvalrequest", badge="config.backoffice.homes.waiting_approvals"),
                    _item("Payouts", "outbox", "cashier_payoutintent"),
                    _item("Held for review", "front_hand", "cashier_depositreview"),
                    _item("Disputes", "gavel", "disputes_dispute"),
                ],
            },
            {
                "title": "Payments",
                "items": [
                    _item("Deposits", "south_west", "cashier_depositintent"),
                    _item("Attempts", "sync_alt", "cashier_attempt"),
                    _item("PSP events", "webhook", "cashier_pspevent"),
                    _item("Events asked for", "quick_reference", "cashier_eventpull"),
                    _item("Players", "person", "cashier_player"),
                    _item("Payers", "badge", "cashier_payercheck"),
                    _item("Frozen facts", "ac_unit", "cashier_frozenchecks"),
                    _item("Bonuses", "redeem", "cashier_bonus"),
                    {
                        "title": "PSP health",
                        "icon": "monitor_heart",
                        "link": reverse_lazy("admin:psp_health"),
                        "permission": _may_see("cashier.view_merchantaccount"),
                    },
                    _item("Merchant accounts", "storefront", "cashier_merchantaccount"),
                    _item("PSPs", "hub", "cashier_provider"),
                    _item("Rails", "credit_card", "cashier_railversion"),
                    _item("Routing rules", "alt_route", "cashier_routingrules"),
                    _item("Routing decisions", "fork_right", "cashier_routingdecision"),
                    _item("Dry runs", "science", "cashier_routingtrial"),
                    _item("Retry caps", "speed", "cashier_retrycap"),
                    _item("Circuits", "power", "cashier_breakerchange"),
                    _item("Bank accounts", "account_balance", "cashier_bankaccount"),
                    _item("Outgoing webhooks", "send", "cashier_outgoingdelivery"),
                ],
            },
            {
                "title": "Reconcile and close",
                "items": [
                    _item("Runs", "rule", "reconciliation_reconciliationrun"),
                    _item("Matches", "link", "reconciliation_match"),
                    _item("Matching rules", "join_inner", "reconciliation_matchingrules"),
                    _item("Back-tests", "science", "reconciliation_backtest"),
                    _item("Files", "draft", "reconciliation_sourcefile"),
                    _item("Sources of files", "drive_folder_upload", "reconciliation_filesource"),
                    _item("Column maps", "view_column", "reconciliation_columnmapversion"),
                    _item("Daily close", "event_available", "reconciliation_dailyclose"),
                    _item("Mini-closes", "pending_actions", "reconciliation_provisionalclose"),
                    {
                        "title": "Trust in clearing",
                        "icon": "balance",
                        "link": reverse_lazy("admin:trust"),
                        "permission": _may_see("reconciliation.view_reconciliationrun"),
                    },
                    {
                        "title": "Fees charged",
                        "icon": "request_quote",
                        "link": reverse_lazy("admin:fees_charged"),
                        "permission": _may_see("reconciliation.view_reconciliationrun"),
                    },
                    {
                        "title": "Reserve calendar",
                        "icon": "calendar_month",
                        "link": reverse_lazy("admin:reserves"),
                        "permission": _may_see("reconciliation.view_reconciliationrun"),
                    },
                    {
                        "title": "Health of the queue",
                        "icon": "monitoring",
                        "link": reverse_lazy("admin:reconciliation_exceptioncase_health"),
                        "permission": _may_see("reconciliation.view_exceptioncase"),
                    },
                    _item("Automatic rules", "auto_fix_high", "reconciliation_autorule"),
                    _item("Alerts", "notifications_active", "reconciliation_alert"),
                    _item("Watches", "visibility", "reconciliation_watch"),
                    _item("Reason codes", "category", "reconciliation_reasoncode"),
                ],
            },
            {
                "title": "Books",
                "items": [
                    _item("Accounts", "account_balance_wallet", "ledger_account"),
                    _item("Journal", "menu_book", "ledger_journaltransaction"),
                    _item("Shadow posting", "visibility", "ledger_shadow"),
                    _item("Audit log", "history", "ledger_auditrecord"),
                ],
            },
            {
                "title": "Settings",
                "items": [
                    _item("Brands", "sell", "cashier_brand"),
                    _item("Payout policies", "price_check", "cashier_payoutpolicy"),
                    _item("Webhook endpoints", "webhook", "cashier_outgoingendpoint"),
                    _item("Dispute policies", "balance", "disputes_disputepolicy"),
                    _item("Legal entities", "domain", "ledger_legalentity"),
                ],
            },
            {
                "title": "People",
                "items": [
                    _item("Staff", "badge", "ledger_user"),
                    _item("Thresholds", "rule_settings", "ledger_approvalthreshold"),
                    _item("Separate duties", "call_split", "ledger_separateduty"),
                ],
            },
        ],
    },
}
