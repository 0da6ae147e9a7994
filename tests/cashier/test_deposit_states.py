"""The whole graph: every state against every edge, legal and illegal (C2)."""

import itertools

import pytest
from django_fsm import TransitionNotAllowed

from cashier.models import Capture, DepositIntent, Refund
from cashier.models.deposits import ENDED_STATES, OPEN_STATES, RANKS

NOT_SENT = ("INITIATED", "ACTION_REQUIRED")
UNTAKEN = (*NOT_SENT, "AUTHORIZED")
OPEN = (*UNTAKEN, "PENDING")
ENDS = ("FAILED", "EXPIRED", "CANCELED", "VOIDED")
DEPOSIT_EDGES: dict[str, tuple[tuple[str, ...], str]] = {
    "require_action": (("INITIATED",), "ACTION_REQUIRED"),
    "authorize": (NOT_SENT, "AUTHORIZED"),
    "pend": (UNTAKEN, "PENDING"),
    "capture": (OPEN, "CAPTURED"),
    "fail": (OPEN, "FAILED"),
    "expire": (OPEN, "EXPIRED"),
    "cancel": (OPEN, "CANCELED"),
    "void": (UNTAKEN, "VOIDED"),
    "psp_captured_late": (ENDS, "CAPTURED"),
    "correct_to_authorized": (NOT_SENT, "AUTHORIZED"),
    "correct_to_pending": (UNTAKEN, "PENDING"),
    "correct_to_captured": (OPEN, "CAPTURED"),
    "correct_to_failed": (OPEN, "FAILED"),
    "correct_to_expired": (OPEN, "EXPIRED"),
    "correct_to_canceled": (OPEN, "CANCELED"),
    "correct_to_voided": (UNTAKEN, "VOIDED"),
}
CAPTURE_EDGES: dict[str, tuple[tuple[str, ...], str]] = {
    "succeed": (("SUBMITTED",), "SUCCEEDED"),
    "refuse": (("SUBMITTED",), "REFUSED"),
    "succeed_late": (("REFUSED",), "SUCCEEDED"),
    "fail_late": (("SUCCEEDED",), "FAILED_LATE"),
    "be_returned": (("SUCCEEDED",), "RETURNED"),
}
REFUND_EDGES: dict[str, tuple[tuple[str, ...], str]] = {
    "pend": (("REFUND_SUBMITTED",), "REFUND_PENDING"),
    "process": (("REFUND_SUBMITTED", "REFUND_PENDING"), "REFUND_PROCESSED"),
    "fail": (("REFUND_SUBMITTED", "REFUND_PENDING"), "REFUND_FAILED"),
    "reverse": (("REFUND_PROCESSED",), "REFUND_REVERSED"),
}
GRAPHS = {DepositIntent: DEPOSIT_EDGES, Capture: CAPTURE_EDGES, Refund: REFUND_EDGES}
ARGUMENTS = {"require_action": {"action": {"type": "redirect"}}}


def every_pair() -> list[tuple[type, str, str]]:
    return [(model, str(state), edge) for model, edges in GRAPHS.items() for state, edge in itertools.product(model.State.values, edges)]


@pytest.mark.spec("C2", "C5", "C6")
@pytest.mark.parametrize(("model", "state", "edge"), every_pair())
def test_every_edge_from_every_state(model: type, state: str, edge: str) -> None:
    sources, target = GRAPHS[model][edge]
    row = model(state=state)

    if state in sources:
        getattr(row, edge)(**ARGUMENTS.get(edge, {}))
        assert row.state == target
    else:
        with pytest.raises(TransitionNotAllowed):
            getattr(row, edge)(**ARGUMENTS.get(edge, {}))
        assert row.state == state


@pytest.mark.parametrize("model", GRAPHS)
def test_the_table_is_the_whole_graph(model: type) -> None:
    declared = {transition.name for transition in model(state=model.State.values[0]).get_all_state_transitions()}

    assert declared == set(GRAPHS[model])


@pytest.mark.spec("C2")
def test_no_edge_goes_backwards_by_rank() -> None:
    for edge, (sources, target) in DEPOSIT_EDGES.items():
        if edge != "psp_captured_late":
            assert all(RANKS[source] < RANKS[target] for source in sources), edge


@pytest.mark.spec("C2")
def test_captured_is_the_end_of_the_graph() -> None:
    assert {RANKS[state] for state in ENDED_STATES} == {4}
    assert not any("CAPTURED" in sources for sources, _ in DEPOSIT_EDGES.values())
    assert [RANKS[state] for state in OPEN_STATES] == [0, 1, 2, 3]


def test_a_state_is_never_assigned() -> None:
    intent = DepositIntent(state="INITIATED")

    with pytest.raises(AttributeError):
        intent.state = "CAPTURED"
