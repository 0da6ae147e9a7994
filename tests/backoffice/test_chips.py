"""Every state of every noun has a chip with its own icon and word (UX 2.3)."""

import pytest
from django.db import models

from cashier.models import (
    Capture,
    DepositIntent,
    DepositReview,
    Hold,
    Instrument,
    PayerState,
    PayoutIntent,
    Player,
    PspCall,
    PspEventWork,
    Refund,
    RoutingDecision,
    RoutingTrial,
)
from disputes.models import Dispute
from ledger.admin.frames.chips import ICONS, Tone, get_chip, known_states
from ledger.models import ApprovalRequest, Shadow, VersionState
from reconciliation.models import (
    Alert,
    BackTest,
    DailyClose,
    ExceptionCase,
    ReconciliationRun,
    SettlementBatch,
    SourceFile,
    SourcePull,
)
from reconciliation.models.reasons import Severity

STATES: dict[str, type[models.TextChoices]] = {
    "approvalrequest": ApprovalRequest.State,
    "batch": SettlementBatch.State,
    "call": PspCall.CallState,
    "answer": PspCall.CallState,
    "capture": Capture.State,
    "case": ExceptionCase.State,
    "back_test": BackTest.State,
    "close": DailyClose.State,
    "deposit": DepositIntent.State,
    "dispute": Dispute.State,
    "event": PspEventWork.State,
    "file": SourceFile.State,
    "alert": Alert.State,
    "hold": Hold.State,
    "instrument": Instrument.State,
    "payer": PayerState,
    "payout": PayoutIntent.State,
    "player": Player.State,
    "pull": SourcePull.State,
    "refund": Refund.State,
    "review": DepositReview.State,
    "run": ReconciliationRun.State,
    "routing_decision": RoutingDecision.Outcome,
    "routing_trial": RoutingTrial.State,
    "severity": Severity,
    "shadow": Shadow.State,
    "version": VersionState,
}


@pytest.mark.parametrize("noun", sorted(STATES))
def test_a_map_covers_exactly_the_states_of_its_noun(noun: str) -> None:
    assert known_states(noun) == set(STATES[noun].values)


@pytest.mark.parametrize("noun", sorted(STATES))
def test_words_differ_within_a_noun_and_are_in_sentence_case(noun: str) -> None:
    words = [get_chip(noun, state).word for state in STATES[noun].values]
    assert len(set(words)) == len(words)
    assert all(word[0].isupper() and word[1:] != word[1:].upper() for word in words)
    assert all(get_chip(noun, state).icon for state in STATES[noun].values)


def test_tones_have_icons_of_their_own_shape() -> None:
    assert len(set(ICONS.values())) == len(Tone)


def test_an_unknown_state_is_shown_not_hidden() -> None:
    chip = get_chip("case", "SOMETHING_NEW")
    assert (chip.tone, chip.word) == (Tone.ATTENTION, "Something new")
