"""`move` is the only way a state changes, and leaves a row (S8)."""

import pytest
from django_fsm import TransitionNotAllowed

from ledger.actors import client_actor, user_actor
from ledger.graphs import StateGraph, state_graphs
from ledger.models import ApprovalDecision, ApprovalRequest, Transition, User
from ledger.operations import request_approval
from ledger.tracing import set_trace_id
from ledger.transitions import move, record_birth
from tests.ledger.books import NOON

GRAPHS = state_graphs()


def a_request(ada: User) -> ApprovalRequest:
    return request_approval(kind="ledger.adjustment", payload={}, summary="s", reason="r", maker=user_actor(ada), now=NOON)


@pytest.mark.django_db
@pytest.mark.spec("S8")
def test_a_move_saves_stamps_and_writes_its_row(ada: User) -> None:
    request = a_request(ada)
    set_trace_id("trace-1")

    request.decided_at = NOON
    move(request, "withdraw", actor=client_actor("shop"), now=NOON, event="approval.withdrawn", extra_fields=["decided_at"])

    request = ApprovalRequest.objects.get(pk=request.pk)
    assert (request.state, request.decided_at, request.updated_at) == ("WITHDRAWN", NOON, NOON)
    row = Transition.objects.get(target_id=request.pk)
    assert (row.target_kind, row.target_id, row.field) == ("ledger.ApprovalRequest", request.pk, "state")
    assert (row.from_state, row.to_state, row.event) == ("PENDING", "WITHDRAWN", "approval.withdrawn")
    assert (row.actor_kind, row.actor_id, row.trace_id, row.at) == ("client", "shop", "trace-1", NOON)


@pytest.mark.django_db
@pytest.mark.spec("S8")
@pytest.mark.parametrize("state", ["PENDING", "APPROVED", "REJECTED", "WITHDRAWN", "EXPIRED"])
@pytest.mark.parametrize("transition", ["approve", "reject", "withdraw", "expire"])
def test_the_table_of_an_approval_request(ada: User, ben: User, state: str, transition: str) -> None:
    request = a_request(ada)
    ApprovalDecision.objects.create(
        request=request, maker_kind="user", maker_id=str(ada.pk), checker=ben, checker_ref=str(ben.pk), approve=True, decided_at=NOON
    )
    request.__dict__["state"] = state

    if state == "PENDING":
        move(request, transition, actor=user_actor(ada), now=NOON)
        assert Transition.objects.filter(target_id=request.pk).count() == 1
        return
    with pytest.raises(TransitionNotAllowed):
        move(request, transition, actor=user_actor(ada), now=NOON)
    assert Transition.objects.filter(target_id=request.pk).count() == 0


@pytest.mark.django_db
@pytest.mark.spec("S8")
def test_a_state_of_birth_has_its_row(ada: User) -> None:
    request = a_request(ada)
    record_birth(request, actor=user_actor(ada), now=NOON, event="approval.requested")
    row = Transition.objects.get(target_id=request.pk)
    assert (row.from_state, row.to_state) == ("", "PENDING")


@pytest.mark.spec("S8", "S3")
@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: f"{graph.label}.{graph.field}")
def test_a_state_is_changed_by_transitions_only(graph: StateGraph) -> None:
    field = graph.model._meta.get_field(graph.field)
    assert field.protected  # type: ignore[union-attr]
    assert all(edge.source != "*" for edge in graph.edges)
    assert all(state == state.upper() for state in graph.states)


@pytest.mark.spec("S8")
@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: f"{graph.label}.{graph.field}")
def test_every_state_can_be_reached(graph: StateGraph) -> None:
    reached = {graph.initial}
    while True:
        more = {edge.target for edge in graph.edges if edge.source in reached} - reached
        if not more:
            break
        reached |= more
    born_elsewhere = {choice[0] for choice in graph.model._meta.get_field(graph.field).choices or []} - reached  # type: ignore[union-attr]
    assert set(graph.states) <= reached | born_elsewhere
    assert reached


@pytest.mark.spec("S3")
def test_every_machine_keeps_history() -> None:
    without = {graph.label for graph in GRAPHS if not hasattr(graph.model, "history")}
    assert without <= {"cashier.GameRound"}  # nothing of a round changes but its state, and that has its transition rows
