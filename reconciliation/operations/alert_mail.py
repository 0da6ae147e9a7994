"""The mail of an alert (R13): the row is the queue. A mail is claimed, sent with no transaction open, and what came of it is noted.

A worker that dies in between leaves the claim, and the mail is tried again: rather told twice than never.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from reconciliation.models import Alert

log = structlog.get_logger(__name__)
MOST_TRIES = 12
# Longer than EMAIL_TIMEOUT lets one conversation with a mail server last.
_CLAIM = timedelta(minutes=2)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=2)


def send_due_mails(*, moment: datetime) -> int:
    """Send what is due at `moment` (real time); gives how many left. A server that refuses is asked again, 12 times within a day."""
    due = Alert.objects.filter(mail_due_at__lte=moment).order_by("mail_due_at").values_list("pk", flat=True)[:100]
    return sum(_send(pk, moment) for pk in list(due))


def _send(pk: UUID, moment: datetime) -> bool:
    alert = _claim(pk, moment)
    if alert is None:
        return False
    try:
        _message(alert).send()
    except OSError as error:  # smtplib's own are of this kind
        _note_refusal(alert, error, moment)
        return False
    alert.mailed_at, alert.mail_due_at, alert.mail_error = moment, None, ""
    alert.save(update_fields=["mailed_at", "mail_due_at", "mail_error"])
    return True


def _claim(pk: UUID, moment: datetime) -> Alert | None:
    """The alert, out of every other worker's sight for as long as its mail may take; None where another has it, or it has left."""
    with transaction.atomic():
        rows = Alert.objects.select_related("watch").select_for_update(of=("self",), skip_locked=True)
        alert = rows.filter(pk=pk, mail_due_at__lte=moment).first()
        if alert is not None:
            alert.mail_tries += 1
            alert.mail_due_at = moment + _CLAIM
            alert.save(update_fields=["mail_tries", "mail_due_at"])
    return alert


def _note_refusal(alert: Alert, error: OSError, moment: datetime) -> None:
    alert.mail_error = f"{type(error).__name__}: {error}"[:300]
    alert.mail_due_at = None if alert.mail_tries >= MOST_TRIES else moment + _pause(alert.mail_tries)
    alert.save(update_fields=["mail_error", "mail_due_at"])
    log.warning("alert_mail_refused", alert=alert.public_id, tries=alert.mail_tries, error=alert.mail_error)


def _pause(tries: int) -> timedelta:
    return min(_FIRST_PAUSE * int(2 ** (tries - 1)), _LONGEST_PAUSE)


def _message(alert: Alert) -> EmailMessage:
    """Plain text. No personal data: an alert's sentence has codes, ids and figures only."""
    lines = [alert.sentence, "", alert.watch.explanation, "", f"{settings.BACK_OFFICE_URL}/admin/reconciliation/alert/{alert.public_id}/"]
    if alert.case_ref:
        lines.append(f"{settings.BACK_OFFICE_URL}/admin/reconciliation/exceptioncase/{alert.case_ref}/")
    return EmailMessage(subject=f"Countroom: {alert.watch.title}"[:120], body="\n".join(lines), to=list(alert.watch.mail_to))
