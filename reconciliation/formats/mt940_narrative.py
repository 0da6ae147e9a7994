""":86: of MT940: German ?NN subfields, /CODE/ fields, SEPA codes inside, or free text; all of them wrapped anywhere."""

import re
from dataclasses import dataclass

_GERMAN = re.compile(r"\s?(?:(\d{3})([?>^~<+|])(?=\d{2})|([?^~<])(?=00|10|20))", re.ASCII)  # some banks leave the code out
_CODES = (
    "EREF KREF MREF PREF IREF RREF CRED DEBT COAM OAMT SVWZ ABWA ABWE BENM ORDP NAME REMI ISDT TRTP IBAN BIC CSID MARF RTRN CNTP PURP "
    "ULTB ULTC ULTD ID ADDR OCMT CHGS EXCH CDTRREFTP CDTRREF CD USTD STRD TRCD SVCL PREFIX UDTR UCRD"
)
_SLASHED = re.compile(f"/({'|'.join(sorted(_CODES.split(), key=len, reverse=True))})/")
_SEPA = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC)(?:\+|: ?)")
_PURPOSE = (*(f"{number}" for number in range(20, 30)), *(f"{number}" for number in range(60, 64)))
_FULL_LINE = 65  # banks break here, mid word if they must


@dataclass(frozen=True, slots=True)
class Narrative:
    """What :86: says. `text` is for people; `whole` is all of it, unbroken, for finding references."""

    text: str = ""
    whole: str = ""
    end_to_end_id: str = ""
    counterparty_name: str = ""
    counterparty_account: str = ""
    code: str = ""


def read_narrative(lines: list[str]) -> Narrative:
    """The narrative of the lines of one or more :86: fields."""
    whole = "".join(lines)
    if german := _GERMAN.match(whole):
        return _german(whole[german.end() :], german[1] or "", german[2] or german[3])
    if _SLASHED.match(whole.lstrip()):
        return _slashed(whole)
    return Narrative(text=_unwrap(lines), whole=whole)


def _german(body: str, code: str, mark: str) -> Narrative:
    """Subfields joined without a space: ?20 to ?29 and ?60 to ?63 purpose, ?32 ?33 name, ?31 or ?38 account, ?00 the bank's word."""
    parts: dict[str, str] = {}
    for part in re.split(f"{re.escape(mark)}(?=\\d{{2}})", body):
        parts[part[:2]] = parts.get(part[:2], "") + part[2:]
    purpose = "".join(parts.get(number, "") for number in _PURPOSE)
    sepa = _cut(_SEPA, purpose)
    return Narrative(
        text=" ".join(filter(None, [parts.get("00", "").strip(), (sepa.get("SVWZ") or purpose).strip()])),
        whole="".join([purpose, "|", *parts.values()]),
        end_to_end_id=_reference(sepa.get("EREF", "")),
        counterparty_name=(parts.get("32", "") + parts.get("33", "")).strip(),
        counterparty_account=(parts.get("38") or parts.get("31", "")).strip(),
        code=code,
    )


def _slashed(whole: str) -> Narrative:
    """/EREF/…/BENM//NAME/…/REMI/… or /CNTP/account/BIC/name/town, as Dutch banks write it; a code holds all up to the next known code."""
    fields = _cut(_SLASHED, whole)
    account, _, name, *_ = [*fields.get("CNTP", "").split("/"), "", "", ""]
    remittance = fields.get("REMI", "").removeprefix("USTD//").removeprefix("STRD/")
    return Narrative(
        text=remittance.strip("/ ") or " ".join(value.strip("/ ") for value in fields.values() if value.strip("/ ")),
        whole=whole,
        end_to_end_id=_reference(fields.get("EREF", "").strip("/ ")),
        counterparty_name=fields.get("NAME", "").strip("/ ") or name.strip(),
        counterparty_account=fields.get("IBAN", "").strip("/ ") or account.strip(),
    )


def _cut(codes: re.Pattern[str], text: str) -> dict[str, str]:
    """Code -> the text up to the next code; the first of each code stands."""
    found = list(codes.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    fields: dict[str, str] = {}
    for match, end in zip(found, ends, strict=False):
        fields.setdefault(match[1], text[match.end() : end])
    return fields


def _reference(text: str) -> str:
    return "" if text.strip().upper() in ("NOTPROVIDED", "NONREF") else text.strip()


def _unwrap(lines: list[str]) -> str:
    """Free text: full lines go on mid word, shorter ones ended with a word."""
    text = ""
    for line in lines:
        text += line if len(line) >= _FULL_LINE else f"{line} "
    return text.strip()
