"""Beat: sweepers that find rows whose nudge was lost. Losing Redis loses no work."""

import environ
from celery.schedules import crontab

# How much of these intervals a site waits: below 1 what was lost is found sooner, for more queries.
BEAT_PACE = environ.Env().float("BEAT_PACE", default=1.0)

CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "ledger-seal-audit": {"task": "ledger.tasks.seal_audit", "schedule": 3.0},
    # Every hour, though a day ends once: what an outage left undone is done in the next one.
    "ledger-archive-audit": {"task": "ledger.tasks.archive_audit", "schedule": crontab(minute=10)},
    "ledger-write-checkpoints": {"task": "ledger.tasks.write_checkpoints", "schedule": 60.0},
    "ledger-write-checkpoints-when-busy": {"task": "ledger.tasks.write_checkpoints_when_busy", "schedule": 2.0},
    "ledger-expire-approvals": {"task": "ledger.tasks.expire_approvals", "schedule": 60.0},
    "ledger-drop-old-idempotency-keys": {"task": "ledger.tasks.drop_old_keys", "schedule": 86400.0},
    "ledger-dispatch-events": {"task": "ledger.tasks.dispatch_events", "schedule": 2.0},
    "cashier-sweep-deliveries": {"task": "cashier.tasks.outgoing.sweep_deliveries", "schedule": 5.0},
    "cashier-sweep-bonuses": {"task": "cashier.tasks.bonuses.sweep_bonuses", "schedule": 30.0},
    "cashier-sweep-payouts": {"task": "cashier.tasks.payouts.sweep_payouts", "schedule": 10.0},
    "disputes-sweep-answers": {"task": "disputes.tasks.sweep_answers", "schedule": 30.0},
    "cashier-sweep-calls": {"task": "cashier.tasks.sweep.sweep_calls", "schedule": 5.0},
    "cashier-sweep-events": {"task": "cashier.tasks.sweep.sweep_events", "schedule": 5.0},
    "cashier-routing-refresh": {"task": "cashier.tasks.routing.refresh", "schedule": 15.0},
    "cashier-routing-sweep-trials": {"task": "cashier.tasks.routing.sweep_trials", "schedule": 30.0},
    "cashier-routing-learn-fees": {"task": "cashier.tasks.routing.learn_fees", "schedule": 900.0},
    "cashier-sweep-late-events": {"task": "cashier.tasks.sweep.sweep_late", "schedule": 30.0},
    "cashier-revive-after-outage": {"task": "cashier.tasks.sweep.revive_after_outage", "schedule": 60.0},
    "cashier-sweep-overdue": {"task": "cashier.tasks.sweep.sweep_overdue", "schedule": 15.0},
    "resume rested cases": {"task": "reconciliation.tasks.resume_rested_cases", "schedule": 60.0},
    "reconciliation-withdraw-moot-requests": {"task": "reconciliation.tasks.withdraw_moot_requests", "schedule": 60.0},
    "reconciliation-apply-auto-rules": {"task": "reconciliation.tasks.apply_auto_rules", "schedule": 300.0},
    "reconciliation-escalate-due-cases": {"task": "reconciliation.tasks.escalate_due_cases", "schedule": 60.0},
    "reconciliation-tend-closes": {"task": "reconciliation.tasks.tend_closes", "schedule": 30.0},
    "reconciliation-prove-books": {"task": "reconciliation.tasks.prove_books", "schedule": crontab(hour=5, minute=40)},
    "reconciliation-archive-closes": {"task": "reconciliation.tasks.archive_closes", "schedule": crontab(minute=25)},
    "reconciliation-look-around": {"task": "reconciliation.tasks.look_around", "schedule": 300.0},
    "reconciliation-send-alert-mails": {"task": "reconciliation.tasks.send_alert_mails", "schedule": 30.0},
    "reconciliation-watch-files": {"task": "reconciliation.tasks.watch_files", "schedule": 300.0},
    "reconciliation-pull-due-sources": {"task": "reconciliation.tasks.pull_due_sources", "schedule": 15.0},
    "reconciliation-sweep-back-tests": {"task": "reconciliation.tasks.sweep_back_tests", "schedule": 60.0},
    "reconciliation-load-waiting-files": {"task": "reconciliation.tasks.load_waiting_files", "schedule": 60.0},
    # A quarter past six in the entity's morning is set per site; by default six hours after midnight UTC.
    "reconciliation-run-yesterday": {"task": "reconciliation.tasks.run_yesterday", "schedule": crontab(hour=6, minute=15)},
}

# A nudge that nobody took before the next one is worth nothing: workers that fall behind never find a heap of them.
for _row in CELERY_BEAT_SCHEDULE.values():
    if isinstance(_row["schedule"], float):
        _row["options"] = {"expires": _row["schedule"]}
        _row["schedule"] = _row["schedule"] * BEAT_PACE
