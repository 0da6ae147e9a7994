"""The 3-DS challenge page, as an issuer would show it."""

from html import escape

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Sandbox bank</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem;color:#1c2430}}
button{{font:inherit;padding:.6rem 1.2rem;border:1px solid #1c2430;border-radius:.4rem;margin-right:.5rem;cursor:pointer;background:#fff}}
button[value=approve]{{background:#1c2430;color:#fff}}dt{{color:#5b6675}}dd{{margin:0 0 .6rem}}</style></head>
<body><h1>Sandbox bank</h1>{content}</body></html>"""

OPEN = """<p>Confirm this payment.</p><dl><dt>Amount</dt><dd>{amount}</dd><dt>Reference</dt><dd>{reference}</dd></dl>
<form method="post"><button name="outcome" value="approve">Approve</button><button name="outcome" value="fail">Refuse</button></form>"""

ENDED = "<p>This payment is {state}. You can close this page.</p>"


def challenge_page(*, state: str, amount: str, reference: str) -> str:
    """The page of a payment in `state`; only one that waits for its payer has buttons."""
    shown = OPEN if state == "ACTION_REQUIRED" else ENDED
    content = shown.format(amount=escape(amount), reference=escape(reference), state=escape(state.lower().replace("_", " ")))
    return PAGE.format(content=content)
