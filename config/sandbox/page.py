"""The sandbox's own page: what the tokens do, what misbehaves now, and a form to change it while it runs. Loopback only."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qs

from config.sandbox.control import begin_outage, count_outbox
from config.sandbox.faults.plan import PROFILES, named_profile
from config.sandbox.messages import Answer, Refused, Request
from config.sandbox.profile import get_profile, make_profile, put_profile
from config.sandbox.sandbox import Sandbox
from config.sandbox.tokens import BEHAVIOURS, CALL_FAULTS, EVENT_MODIFIERS, PAYMENT_MODIFIERS, PAYOUT_MODIFIERS

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430 }
h2 { margin: 2.2rem 0 .4rem } h3 { margin: .8rem 0 .2rem } p { max-width: 44rem }
code { font: 13px/1.4 ui-monospace, monospace; background: #eef1f5; padding: .1rem .3rem; border-radius: .25rem }
table { border-collapse: collapse; width: 100% }
td { vertical-align: top; padding: .35rem .8rem .35rem 0; border-top: 1px solid #dde3ea }
td:first-child, td.share { white-space: nowrap; width: 1% }
input { font: inherit; width: 4rem; padding: .15rem .4rem; border: 1px solid #9aa7b5; border-radius: .3rem; text-align: right }
button { font: inherit; padding: .4rem .9rem; border: 1px solid #1c2430; border-radius: .4rem; background: #fff }
button { margin: .4rem .4rem .4rem 0 }
button.main { background: #1c2430; color: #fff }
dl { display: flex; gap: .4rem 2rem; flex-wrap: wrap } dt { color: #5b6675; font-size: .85rem }
dd { margin: 0; font-variant-numeric: tabular-nums }
.warn { background: #fff3d6; border-left: 4px solid #d29922; padding: .5rem .8rem }"""
NAMES = {"pending": "events waiting", "delivered": "delivered", "lost": "lost on purpose", "dead": "given up", "due_jobs": "things to come"}
OUTAGE_SECONDS = 60.0


def show_page(sandbox: Sandbox, request: Request) -> Answer:
    """GET /."""
    reader = sandbox.store.read()
    parts = (_state(sandbox, count_outbox(reader)), _profile_form(get_profile(reader)), _tokens())
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style>'
    body = "<h1>Sandbox PSP</h1>" + "".join(parts)
    return Answer(200, f'<!doctype html><html lang="en"><head>{head}<title>Sandbox PSP</title></head><body>{body}</body></html>')


def change_profile(sandbox: Sandbox, request: Request) -> Answer:
    """POST /_sim/profile, the page's form: `name`, or a share per cent for each fault. Then back to the page."""
    form = {name: values[-1] for name, values in parse_qs(request.body.decode(errors="replace")).items()}
    profile = named_profile(form["name"]) if "name" in form else {"calls": _read(form, CALL_FAULTS), "events": _read(form, EVENT_MODIFIERS)}
    with sandbox.store.write() as connection:
        put_profile(connection, make_profile(profile, seed=get_profile(connection)["seed"]))
    return Answer(303, "", headers={"Location": "/"})


def change_outage(sandbox: Sandbox, request: Request) -> Answer:
    """POST /_sim/outage, the page's button: a minute's outage, or its end. Then back to the page."""
    begin_outage(sandbox, seconds=OUTAGE_SECONDS if b"begin" in request.body else 0.0)
    return Answer(303, "", headers={"Location": "/"})


def _read(form: Mapping[str, str], names: Mapping[str, str]) -> dict[str, float]:
    """Shares that are not zero, out of fields per cent. Raises Refused 400."""
    try:
        shares = {name: float(form.get(name) or 0) / 100 for name in names}
    except ValueError as error:
        raise Refused(400, "INVALID_PROFILE", "a share is a number from 0 to 100 per cent") from error
    return {name: share for name, share in shares.items() if share}


def _state(sandbox: Sandbox, outbox: Mapping[str, Any]) -> str:
    left = sandbox.outage_seconds()
    warn = f'<p class="warn">Out of order for another {left:.0f} s: every call is answered 503.</p>' if left else ""
    figures = "".join(f"<div><dt>{title}</dt><dd>{outbox[name]}</dd></div>" for name, title in NAMES.items())
    act, label = ("end", "End the outage") if left else ("begin", f"Out of order for {OUTAGE_SECONDS:.0f} s")
    button = f'<form method="post" action="/_sim/outage"><button name="outage" value="{act}">{label}</button></form>'
    return f"{warn}<dl><div><dt>its time</dt><dd>{sandbox.clock.now_text()}</dd></div>{figures}</dl>{button}"


def _profile_form(profile: Mapping[str, Any]) -> str:
    """Per cent fields of calls and events, and the named profiles."""
    parts = (("Calls", "calls", CALL_FAULTS), ("Events", "events", EVENT_MODIFIERS))
    fields = "".join(f"<h3>{title}</h3><table>{_fields(known, profile[part])}</table>" for title, part, known in parts)
    buttons = "".join(f'<button name="name" value="{name}">{name}</button>' for name in PROFILES)
    return (
        "<h2>What misbehaves now</h2><p>Shares per cent of the calls, and of the payments whose events misbehave, where the token says"
        f' nothing of it.</p><form method="post" action="/_sim/profile">{fields}'
        f'<button class="main">Use these shares</button></form><form method="post" action="/_sim/profile">Profiles: {buttons}</form>'
    )


def _fields(known: Mapping[str, str], shares: Mapping[str, float]) -> str:
    return "".join(
        f'<tr><td><label for="{name}"><code>{name}</code></label></td><td>{escape(text)}</td>'
        f'<td class="share"><input name="{name}" id="{name}" inputmode="decimal" value="{shares.get(name, 0.0) * 100:g}"> %</td></tr>'
        for name, text in known.items()
    )


def _tokens() -> str:
    """The parser's own tables."""
    tables = {
        "Behaviours": BEHAVIOURS,
        "Modifiers of payments": PAYMENT_MODIFIERS,
        "Modifiers of payouts, in the destination's token": PAYOUT_MODIFIERS,
    }
    shown = "".join(f"<h2>{escape(title)}</h2><table>{_rows(table)}</table>" for title, table in tables.items())
    return (
        "<h2>Tokens</h2><p><code>tok_&lt;behaviour&gt;[.&lt;modifier&gt;…][~&lt;anything&gt;]</code>. What follows <code>~</code> only"
        " makes the token unlike others; a token of modifiers only approves; an unknown one is declined with <code>invalid_token</code>."
        f" For example <code>tok_approve.payout_return~17</code>.</p>{shown}"
    )


def _rows(table: Mapping[str, str]) -> str:
    return "".join(f"<tr><td><code>{name}</code></td><td>{escape(text)}</td></tr>" for name, text in table.items())


PAGE_ROUTES: list[tuple[str, str, Callable[..., Answer]]] = [
    ("GET", "/", show_page),
    ("POST", "/_sim/profile", change_profile),
    ("POST", "/_sim/outage", change_outage),
]
