"""The bundle of a signed day on its page: its files by hash, whether they are there, and the way to take them away (D4)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import reverse

from ledger.admin.frames import SHOWN, Act, Done, Page, Panel, Standing, Step, hidden, moment_cell, page_of
from ledger.admin.frames.records import checklist as steps_panel
from ledger.admin.frames.records import values
from ledger.models import AuditRecord
from reconciliation.models import CloseState, DailyClose
from reconciliation.operations.closing import prove_books, take_bundle, take_part, verify_close
from reconciliation.queries.bundles import Bundle, bundle_of

MAY_TAKE = "reconciliation.take_bundle"


def bundle_panels(close: DailyClose, page: Page) -> list[Panel]:
    """What is known of the bundle now, and its files. A page that is looked at reads no file; "Verify the bundle" does."""
    bundle = bundle_of(close)
    if bundle is None:
        return []
    lost = bundle.lost()
    url = reverse("admin:reconciliation_dailyclose_bundle", args=[close.public_id]) if page.may(MAY_TAKE) and not lost else ""
    context = {"files": [_file(part) for part in bundle.parts], "url": url, "name": f"{bundle.name}.zip", "lost": lost}
    note = f"{len(bundle.parts)} files, {_size(sum(part['bytes'] for part in bundle.parts))}"
    return [Panel("Bundle", "ops/bundle.html", context, note)]


def bundle_state(close: DailyClose, page: Page) -> list[Panel]:
    """Whether the signature holds, the files lie there, and when every byte was last checked."""
    bundle = bundle_of(close)
    if bundle is None:
        return []
    lost = bundle.lost()
    steps = [
        Step("A trusted key signed the manifest", "done" if bundle.is_signed() else "failed", note="Ed25519, checked just now"),
        Step("Every file is where it was kept", "failed" if lost else "done", note=", ".join(lost[:5])),
        _verified(close, page),
    ]
    return [steps_panel("Bundle verified", steps), values("Manifest", _about(bundle, page))]


def prepared_files(payload: dict[str, Any]) -> list[Panel]:
    """What becomes frozen if this day is signed: the files that were prepared, by hash."""
    files = [_file(part) for part in payload.get("parts", [])]
    words = f"{len(files)} files, {_size(sum(part['bytes'] for part in payload.get('parts', [])))}"
    return [Panel("What the signature freezes", "ops/bundle.html", {"files": files, "url": "", "lost": []}, words)] if files else []


def take_view(admin: Any, request: HttpRequest, object_id: str) -> HttpResponseBase:
    """POST, for taking the books away is itself recorded: the zip, or the one file that is named."""
    admin.require_view(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    page = page_of(request)
    if not page.may(MAY_TAKE):
        raise PermissionDenied(MAY_TAKE)
    close: DailyClose = admin.load(object_id)
    name = request.POST.get("file", "")
    if name:
        return FileResponse(take_part(close=close, name=name, actor=page.actor, now=page.now), as_attachment=True, filename=name)
    bundle = bundle_of(close)
    return FileResponse(
        take_bundle(close=close, actor=page.actor, now=page.now), as_attachment=True, filename=f"{bundle.name if bundle else close}.zip"
    )


def _verify(close: DailyClose, data: Any, page: Page) -> Done:
    report = verify_close(close=close, actor=page.actor, now=page.now)
    if report.ok:
        return Done(f"The bundle holds: {len(report.checks)} checks in {report.seconds:.1f} s.")
    wrong = next(check for check in report.checks if not check.ok)
    first = wrong.differences[0] if wrong.differences else {}
    return Done(f"The bundle does NOT hold: {first.get('file', wrong.name)}: {first.get('fault', 'see close_verify')}.")


def _prove(close: DailyClose, data: Any, page: Page) -> Done:
    report = prove_books(actor=page.actor, now=page.now)
    failing = [check.name for check in report.checks if not check.ok]
    return Done(
        f"The books are not proved: {', '.join(failing)}." if failing else f"The books are proved: {len(report.checks)} checks hold."
    )


def _signed(close: DailyClose, page: Page) -> Standing:
    return SHOWN if close.state == CloseState.SIGNED_OFF and bundle_of(close) else hidden("The day has no bundle.")


def _open(close: DailyClose, page: Page) -> Standing:
    return SHOWN if close.state == CloseState.OPEN else hidden("The day is not open.")


BUNDLE_ACTS = (
    Act("verify", "Verify the bundle", "reconciliation.view_dailyclose", _verify, dialog=False, standing=_signed, icon="verified"),
    Act("prove", "Prove the books", "reconciliation.prepare_close", _prove, kind="menu", dialog=False, standing=_open, icon="fact_check"),
)


def _verified(close: DailyClose, page: Page) -> Step:
    last = (
        AuditRecord.objects.filter(act="close.bundle_verified", target_kind="DailyClose", target_id=close.public_id).order_by("-pk").first()
    )
    if last is None:
        return Step("Every byte was checked", "open", note="not yet: press Verify the bundle")
    state = "done" if last.detail.get("ok") == "true" else "failed"
    return Step("Every byte was checked", state, figure=moment_cell(last.recorded_at, page.now))


def _about(bundle: Bundle, page: Page) -> list[tuple[str, str]]:
    manifest = bundle.manifest
    return [
        ("Prepared by", str(manifest["prepared"]["name"])),
        ("Signed by", str(manifest["signed"]["name"])),
        ("Totals (SHA-256)", str(manifest["totals_sha256"])),
        ("Postings", f"{manifest['journal']['transactions']:,}"),
    ]


def _file(part: dict[str, Any]) -> dict[str, Any]:
    is_table = part["name"].endswith((".csv", ".parquet")) and not part["name"].startswith("mart_")
    return {**part, "size": _size(part["bytes"]), "rows": f"{part['rows']:,}" if is_table else ""}


def _size(count: int) -> str:
    for unit, most in (("bytes", 1 << 10), ("KiB", 1 << 20), ("MiB", 1 << 30)):
        if count < most:
            return f"{count:,} bytes" if unit == "bytes" else f"{count / (most >> 10):,.1f} {unit}"
    return f"{count / (1 << 30):,.1f} GiB"


__all__ = ["BUNDLE_ACTS", "MAY_TAKE", "bundle_panels", "bundle_state", "prepared_files", "take_view"]
