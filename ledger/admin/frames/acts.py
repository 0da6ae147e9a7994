"""Buttons. Each is one POST to one operation (B3): with a dialog where a reason, a choice or a receipt is needed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms

from ledger.admin.frames.page import Page
from ledger.admin.frames.receipts import Receipt
from ledger.money import get_asset

REASON_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """May this person press this button now? `shown`, `disabled` with the reason beside it, or `hidden` (its POST is 403)."""

    state: str = "shown"
    why: str = ""


SHOWN = Standing()


def disabled(why: str) -> Standing:
    return Standing("disabled", why)


def hidden(why: str) -> Standing:
    return Standing("hidden", why)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in words for the strip on the next page; `next_url` leads on, empty for the record itself.

    `advance` leads to the next record of the view instead. `undo_url` is an act that takes it back, offered for ten seconds.
    """

    words: str
    next_url: str = ""
    undo_url: str = ""
    advance: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """One button.

    `label` is verb and amount, never "Submit". `run(obj, data, page)` calls exactly one operation. `permission` is enforced for
    the button and for its POST. `receipt` shows what will be posted; `receipts` the same per choice of a field. `kind`:
    primary (bottom right, one per page), danger, plain or menu. Without `dialog` the button posts at once. `live` gives the receipt of
    what is in the form so far, asked for while it is filled in; it reads only, and refuses in words what can't be done.
    """

    slug: str
    label: str | Callable[[Any, Page], str]
    permission: str
    run: Callable[[Any, Mapping[str, Any], Page], Done]
    kind: str = "plain"
    key: str = ""
    icon: str = ""
    dialog: bool = True
    title: str = ""
    fields: Callable[[Any, Page], dict[str, forms.Field]] | None = None
    standing: Callable[[Any, Page], Standing] | None = None
    receipt: Callable[[Any, Page], Receipt | None] | None = None
    receipts: Callable[[Any, Page], Mapping[str, Receipt]] | None = None
    approver: str | Callable[[Any, Page], str] = ""
    guards_staleness: bool = True
    live: Callable[[Any, Mapping[str, str], Page], Receipt | None] | None = None

    def stand(self, obj: Any, page: Page) -> Standing:
        if not page.may(self.permission):
            return hidden(f"Needs the permission {self.permission}.")
        return self.standing(obj, page) if self.standing else SHOWN

    def label_for(self, obj: Any, page: Page) -> str:
        return self.label if isinstance(self.label, str) else self.label(obj, page)

    def form(self, obj: Any, page: Page, data: Any = None, files: Any = None) -> "ActForm":
        fields = self.fields(obj, page) if self.fields else {}
        return ActForm(fields, self.slug, data=data, files=files)


class ActForm(forms.Form):
    """The fields of one act. `seen` is the version of the record that the person looked at, `once` makes a double click one act."""

    def __init__(self, fields: Mapping[str, forms.Field], slug: str, data: Any = None, files: Any = None) -> None:
        super().__init__(data=data, files=files, auto_id=f"act-{slug}-%s", label_suffix="")
        self.fields.update({name: _dressed(field) for name, field in fields.items()})


@dataclass(slots=True)
class Button:
    """An act as the bar draws it."""

    act: Act
    label: str
    standing: Standing
    form: ActForm
    receipt: Receipt | None
    approver: str
    url: str
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    opened: bool = False
    error: str = ""

    @property
    def live_url(self) -> str:
        """Where the receipt of what is filled in is asked for; empty where the act has none."""
        return f"{self.url.partition('?')[0]}receipt/" if self.act.live else ""

    @property
    def is_open(self) -> bool:
        return self.standing.state == "shown"


def buttons_of(acts: tuple[Act, ...], obj: Any, page: Page, url_of: Callable[[str], str]) -> list[Button]:
    """The buttons of a record that this person may see, in the order of the bar."""
    found = []
    for act in acts:
        standing = act.stand(obj, page)
        if standing.state != "hidden":
            found.append(draw_button(act, standing, obj, page, url_of(act.slug)))
    return found


def with_pressed(buttons: Sequence[Button], pressed: Button | None) -> tuple[list[Button], str]:
    """The buttons, that which was pressed as it was left, and why the press was refused where no dialog on the page says it.

    None does where the act has no dialog, and where the record changed so that the button is gone.
    """
    if pressed is None:
        return list(buttons), ""
    drawn = [pressed if button.act.slug == pressed.act.slug else button for button in buttons]
    return drawn, "" if pressed.act.dialog and pressed in drawn else pressed.error


def draw_button(act: Act, standing: Standing, obj: Any, page: Page, url: str) -> Button:
    approver = act.approver if isinstance(act.approver, str) else act.approver(obj, page)
    receipt = act.receipt(obj, page) if act.receipt and standing.state == "shown" else None
    receipts = act.receipts(obj, page) if act.receipts and standing.state == "shown" else {}
    return Button(act, act.label_for(obj, page), standing, act.form(obj, page), receipt, approver, url, receipts)


def money_field(label: str, currency: str, *, required: bool = True, initial: str = "", help_text: str = "") -> forms.CharField:
    """An amount in major units of one currency, which the page repeats in words beside the field (UX 2.1)."""
    attrs = {"inputmode": "decimal", "placeholder": "4200.50", "data-ops-amount": currency}
    widget = forms.TextInput({**attrs, "data-ops-decimals": get_asset(currency).exponent})
    return forms.CharField(label=label, required=required, max_length=40, initial=initial, help_text=help_text, widget=widget)


def reason_field(label: str = "Reason", *, required: bool = True, help_text: str = "") -> forms.CharField:
    """A reason of at least ten characters, kept with the act."""
    return forms.CharField(
        label=label,
        required=required,
        min_length=REASON_LENGTH,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text or f"At least {REASON_LENGTH} characters. It is kept with the record.",
    )


def _dressed(field: forms.Field) -> forms.Field:
    if not isinstance(field.widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        field.widget.attrs.setdefault("class", "ops-input")
    return field
