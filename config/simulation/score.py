"""Compare raised cases with the truth, one to one (INTERFACES.md 2, score_matching). Pure: values in, values out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.simulation.truth import KEY_NAMES, Mismatch, Truth


@dataclass(frozen=True, slots=True)
class RaisedCase:
    """What the score reads of an exception case. `account` is the code of the merchant or bank account."""

    id: str
    code: str
    account: str
    business_date: date
    keys: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Score:
    """The result: per code the counts, and what was missed and what was raised for nothing."""

    codes: dict[str, dict[str, Any]]
    missed: tuple[Mismatch, ...]
    spurious: tuple[RaisedCase, ...]

    @property
    def perfect(self) -> bool:
        """True when nothing was missed and nothing was raised for nothing."""
        return not self.missed and not self.spurious


def score(truth: Truth, cases: Iterable[RaisedCase]) -> Score:
    """Pair each break with at most one case of its code and account whose references agree.

    Cases outside the run's days or accounts are ignored; those in any state count. None injected and none raised is 1.00.
    """
    relevant = [case for case in cases if truth.first <= case.business_date <= truth.last and case.account in truth.accounts]
    pairs = _pair(truth.mismatches, relevant)
    missed = tuple(mismatch for index, mismatch in enumerate(truth.mismatches) if index not in pairs)
    used = set(pairs.values())
    spurious = tuple(case for index, case in enumerate(relevant) if index not in used)
    codes = sorted({m.code for m in truth.mismatches} | {case.code for case in spurious})
    return Score(codes={code: _counts(code, truth, missed, spurious) for code in codes}, missed=missed, spurious=spurious)


def _pair(mismatches: Sequence[Mismatch], cases: Sequence[RaisedCase]) -> dict[int, int]:
    """Maximum one-to-one pairing (augmenting paths): a break with few references never takes the only case of another."""
    by_kind: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, case in enumerate(cases):
        by_kind[case.code, case.account].append(index)
    candidates = [[c for c in by_kind[m.code, m.account] if _agrees(m, cases[c])] for m in mismatches]
    owner: dict[int, int] = {}
    for mismatch in range(len(mismatches)):
        _augment(mismatch, candidates, owner, set())
    return {mismatch: case for case, mismatch in owner.items()}


def _augment(mismatch: int, candidates: list[list[int]], owner: dict[int, int], seen: set[int]) -> bool:
    for case in candidates[mismatch]:
        if case in seen:
            continue
        seen.add(case)
        if case not in owner or _augment(owner[case], candidates, owner, seen):
            owner[case] = mismatch
            return True
    return False


def _agrees(mismatch: Mismatch, case: RaisedCase) -> bool:
    return all(mismatch.keys.get(name) in (None, case.keys.get(name)) for name in KEY_NAMES)


def _counts(code: str, truth: Truth, missed: Sequence[Mismatch], spurious: Sequence[RaisedCase]) -> dict[str, Any]:
    injected = sum(m.code == code for m in truth.mismatches)
    false_negative = sum(m.code == code for m in missed)
    false_positive = sum(case.code == code for case in spurious)
    true_positive = injected - false_negative
    raised = true_positive + false_positive
    return {
        "injected": injected,
        "tp": true_positive,
        "fp": false_positive,
        "fn": false_negative,
        "precision": _share(true_positive, raised),
        "recall": _share(true_positive, injected),
    }


def _share(part: int, whole: int) -> float:
    return 1.0 if whole == 0 else round(part / whole, 4)
