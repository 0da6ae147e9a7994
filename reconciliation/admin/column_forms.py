"""The forms in which a column map is filled in (R1, UX 4.9): a row for each field with the file's own headings to choose from, selects
for how its cells are written, and what each of its words means. They all save the one layout; JSON is the expert's view of it."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from django import forms

from ledger.admin.frames import SHOWN, Done, Page, Standing, disabled, hidden
from ledger.admin.frames.text import sentence
from ledger.admin.versions import if_draft
from reconciliation.formats.column_schema import ENCODINGS, FIELDS, KINDS
from reconciliation.formats.csv_table import header_key, type_key
from reconciliation.models import ColumnMapVersion
from reconciliation.operations import column_maps as operations

Data = Mapping[str, Any]
Layout = dict[str, Any]
NONE, ALWAYS, JOINED = "", "=always", "=joined"
_NEEDED = {"csv_bank": ("booking_date", "currency"), "csv_psp": ("created_at", "gross_currency", "line_type")}
_HINTS = {
    "booking_date": "The day on which the bank booked it.",
    "indicator": "A column that says credit or debit.",
    "amount": "One signed column; or debit and credit below.",
    "fee": "What the bank took beside the amount, where its balance is less by it.",
    "created_at": "When it happened at the PSP.",
    "line_type": "The PSP's own word: its meaning is in “Say what its words mean”.",
    "merchant_reference": "The reference that we sent.",
    "psp_reference": "The PSP's id of the payment.",
    "modification_reference": "The PSP's id of the capture, refund or dispute.",
    "batch_number": "Which payout the row is part of.",
    "payout_reference": "What the PSP tells the bank of a payout.",
    "gross": "One signed column; or debit and credit below.",
    "net": "Gross less all fees.",
}
_DATES = (
    ("%Y-%m-%d", "2026-11-20"), ("%Y-%m-%d %H:%M:%S", "2026-11-20 14:05:00"), ("%Y-%m-%dT%H:%M:%S", "2026-11-20T14:05:00"),
    ("%Y-%m-%dT%H:%M:%S%z", "2026-11-20T14:05:00+0100"), ("%Y/%m/%d", "2026/11/20"), ("%Y%m%d", "20261120"),
    ("%d.%m.%Y", "20.11.2026"), ("%d.%m.%Y %H:%M:%S", "20.11.2026 14:05:00"), ("%d.%m.%y", "20.11.26"),
    ("%d. %b %Y", "20. Nov. 2026, 20. November 2026"), ("%d-%b-%Y", "20-NOV-2026"),
    ("%d/%m/%Y", "20/11/2026 (day first)"), ("%d/%m/%Y %H:%M:%S", "20/11/2026 14:05:00 (day first)"),
    ("%m/%d/%Y", "11/20/2026 (month first)"), ("%d-%m-%Y", "20-11-2026"), ("%d %b %Y", "20 Nov 2026, 20 November 2026"),
)  # fmt: skip
_ZONES = ("UTC", "Europe/Malta", "Europe/Amsterdam", "Europe/Berlin", "Europe/London", "Europe/Stockholm", "America/New_York",
          "America/Los_Angeles", "Asia/Singapore", "Australia/Sydney")  # fmt: skip
_CHOICES: dict[str, tuple[str, tuple[tuple[str, str], ...], str]] = {
    "delimiter": ("Between columns", ((",", "Comma ,"), (";", "Semicolon ;"), ("\t", "Tab"), ("|", "Bar |")), ","),
    "decimal": ("Decimal mark", ((".", "Dot: 12.50"), (",", "Comma: 12,50")), "."),
    "thousands": ("Thousands mark", (("", "None: 1234"), (",", "Comma: 1,234"), (".", "Dot: 1.234"), (" ", "Space: 1 234"),
                                     ("'", "Apostrophe: 1'234")), ""),
    "units": ("Amounts are in", (("major", "Major units: 12.50"), ("minor", "Minor units: 1250")), "major"),
    "quote": ("Quotes", (('"', 'Double "'), ("'", "Single '")), '"'),
    "encoding": ("Encoding", tuple((each, "Found by itself" if each == "auto" else each) for each in ENCODINGS), "auto"),
}  # fmt: skip
_SIGNS = (
    ("signed", "A sign on the amount"),
    ("columns", "One column for debit, one for credit"),
    ("indicator", "A column that says which"),
)
_PRINTED = (("refuse", "Refuse the file"), ("keep", "A negative credit is a debit"), ("ignore", "Ignore it"))
_PSP_CHOICES: dict[str, tuple[str, tuple[tuple[str, str], ...], str]] = {
    "fees": ("A fee that costs us is", (("cost_positive", "Positive"), ("cost_negative", "Negative"), ("cost_either", "Either")),
             "cost_positive"),
    "payout": ("The payout to our bank is", (("row", "A row of the report"), ("computed", "The sum of its rows")), "row"),
}  # fmt: skip


# --- which column is what ---


def may_choose(row: ColumnMapVersion, page: Page) -> Standing:
    standing = if_draft(row, page)
    if standing.state != "shown":
        return standing
    return SHOWN if _headings(row) else disabled("Try it on a sample first: the sample's headings are offered here.")


def column_fields(row: ColumnMapVersion, page: Page) -> dict[str, forms.Field]:
    """A select per field of the format, the needed ones first, each with the sample's heading that fits already. What is the same on
    every row is told below."""
    fields: dict[str, forms.Field] = {}
    for name in _ordered(row.source):
        fields[f"column_{name}"] = forms.ChoiceField(
            label=sentence(name).replace("Psp", "PSP"), required=name in _NEEDED[row.source], choices=_offered(row, name),
            initial=_chosen(row, name), help_text=_HINTS.get(name, ""),
        )  # fmt: skip
    told = "\n".join(f"{name} = {value}" for name, value in row.layout.get("constants", {}).items())
    fields["constants"] = forms.CharField(
        label="The same on every row", required=False, initial=told, widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
        help_text="For each field marked “always the same” a line: gross_currency = EUR",
    )  # fmt: skip
    return fields


def save_columns(row: ColumnMapVersion, data: Data, page: Page) -> Done:
    layout = deepcopy(row.layout)
    constants, columns = _pairs(data.get("constants", "")), {}
    for name in FIELDS[row.source]:
        chosen = data.get(f"column_{name}", NONE)
        if chosen == JOINED:
            columns[name] = row.layout["columns"][name]
        elif chosen not in (NONE, ALWAYS):
            columns[name] = chosen
    layout["columns"] = columns
    layout["constants"] = {name: value for name, value in constants.items() if name not in columns}
    return _save(row, _without_empty(layout, "constants"), page)


def _offered(row: ColumnMapVersion, name: str) -> list[tuple[str, str]]:
    said = row.layout.get("columns", {}).get(name)
    found = [(heading, heading) for heading in _headings(row)]
    known = {header_key(heading) for heading, _ in found}
    if isinstance(said, str) and header_key(said) not in known:
        found.append((said, f"{said} (not in the sample)"))
    if isinstance(said, list):
        found.insert(0, (JOINED, " + ".join(said)))
    return [(NONE, "— not in the file —"), (ALWAYS, "always the same, see below"), *found]


def _chosen(row: ColumnMapVersion, name: str) -> str:
    """What the layout says, as the sample spells it; of a first draft the heading that is called like the field."""
    said = row.layout.get("columns", {}).get(name)
    if isinstance(said, list):
        return JOINED
    if said is None and name in row.layout.get("constants", {}):
        return ALWAYS
    spelled = {header_key(heading): heading for heading in _headings(row)}
    wanted = [header_key(said)] if isinstance(said, str) else []
    return next((spelled[key] for key in (*wanted, header_key(name.replace("_", " "))) if key in spelled), NONE)


def _headings(row: ColumnMapVersion) -> list[str]:
    return list(dict.fromkeys([*row.layout.get("headings", []), *([] if "headings" in row.layout else row.trial.get("headings", []))]))


def _ordered(source: str) -> Iterator[str]:
    yield from _NEEDED[source]
    yield from (name for name in FIELDS[source] if name not in _NEEDED[source])


def _pairs(text: str) -> dict[str, str]:
    """Lines of "field = value"; one without a mark is a field without a value, which the layout's own form refuses by name."""
    rows = [line.partition("=") for line in text.splitlines() if line.strip()]
    return {name.strip().lower().replace(" ", "_"): value.strip() for name, _, value in rows}


# --- how cells are written ---


def format_fields(row: ColumnMapVersion, page: Page) -> dict[str, forms.Field]:
    """Dates, marks, signs, all by example."""
    layout, sign = row.layout, row.layout.get("sign", {})
    fields: dict[str, forms.Field] = {
        "dates": _select("Dates are written like", _with(_DATES, layout.get("dates", "")), layout.get("dates", "")),
        "zone": _select(
            "Times are of", _with(tuple((each, each) for each in _ZONES), layout.get("zone", "UTC")), layout.get("zone", "UTC")
        ),
    }
    for name, (label, choices, default) in _plain(row.source).items():
        fields[name] = _select(label, choices, layout.get(name, default))
    fields["sign_rule"] = _select("What says credit or debit", _SIGNS, sign.get("rule", "signed"))
    fields["sign_credit"] = _words("Words for credit", sign.get("credit", []), "Only where a column says which: C, CR, Gutschrift")
    fields["sign_debit"] = _words("Words for debit", sign.get("debit", []), "")
    fields["sign_printed"] = _select("A sign where none should be", _PRINTED, sign.get("printed", "refuse"))
    return fields


def save_formats(row: ColumnMapVersion, data: Data, page: Page) -> Done:
    layout = deepcopy(row.layout)
    layout |= {name: data[name] for name in ("dates", "zone", *_plain(row.source))}
    rule = data["sign_rule"]
    layout["sign"] = {"rule": rule, **({"printed": data["sign_printed"]} if data["sign_printed"] != "refuse" else {})}
    if rule == "indicator":
        layout["sign"] |= {side: _listed(data.get(f"sign_{side}", "")) for side in ("credit", "debit")}
    return _save(row, layout, page)


def _plain(source: str) -> dict[str, tuple[str, tuple[tuple[str, str], ...], str]]:
    return _CHOICES if source == "csv_bank" else {**_CHOICES, **_PSP_CHOICES}


def _with(choices: tuple[tuple[str, str], ...], said: str) -> tuple[tuple[str, str], ...]:
    """The choices, and what the layout says where it is none of them."""
    return choices if not said or said in dict(choices) else (*choices, (said, said))


def _select(label: str, choices: tuple[tuple[str, str], ...], initial: str) -> forms.ChoiceField:
    # A select strips nothing: a space and a tab are choices.
    return forms.ChoiceField(label=label, choices=choices, initial=initial, required=all(value for value, _ in choices))


def _words(label: str, said: list[str], help_text: str) -> forms.CharField:
    return forms.CharField(label=label, required=False, initial=", ".join(said), max_length=300, help_text=help_text)


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


# --- what its words mean ---


def may_tell_kinds(row: ColumnMapVersion, page: Page) -> Standing:
    if row.state != ColumnMapVersion.State.DRAFT or row.source != "csv_psp":
        return hidden("Only a PSP's report has kinds of rows.")
    return SHOWN if _kind_words(row) else disabled("Choose the column of the line type, and try a sample: its words are listed here.")


def kind_fields(row: ColumnMapVersion, page: Page) -> dict[str, forms.Field]:
    known = {type_key(word): kind for word, kind in row.layout.get("kinds", {}).items()}
    choices = [("", "— a case: nobody knows it —"), *((kind, sentence(kind.replace(":", " of "))) for kind in KINDS)]
    return {
        f"kind_{place}": forms.ChoiceField(label=word, choices=choices, initial=known.get(type_key(word), ""), required=False)
        for place, word in enumerate(_kind_words(row))
    }


def save_kinds(row: ColumnMapVersion, data: Data, page: Page) -> Done:
    layout = deepcopy(row.layout)
    words = _kind_words(row)
    told = {word: data.get(f"kind_{place}", "") for place, word in enumerate(words)}
    layout["kinds"] = {word: kind for word, kind in told.items() if kind}
    return _save(row, _without_empty(layout, "kinds"), page)


def _kind_words(row: ColumnMapVersion) -> list[str]:
    """Words of the sample and of the layout, each once however it is spelled."""
    found = {type_key(word): word for word in [*row.layout.get("kinds", {}), *row.trial.get("words", [])]}
    return list(found.values())


def _without_empty(layout: Layout, name: str) -> Layout:
    return {key: value for key, value in layout.items() if key != name or value}


def _save(row: ColumnMapVersion, layout: Layout, page: Page) -> Done:
    saved = operations.save_layout(map_id=row.pk, layout=layout, actor=page.actor, now=page.now)
    return Done(f"Saved. Version {saved.version} is to be tried on a sample before it can be sent.")
