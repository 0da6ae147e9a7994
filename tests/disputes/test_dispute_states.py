"""The full table of legal and illegal moves, from the graph (X1)."""

import pytest
from django_fsm import TransitionNotAllowed

from disputes.models import Dispute, DisputeState

S = DisputeState
NOTIFIED = {S.NOTIFIED, S.EVIDENCE, S.SUBMITTED, S.PRE_ARBITRATION, S.ARBITRATION, S.WON_PROVISIONALLY}
LEGAL = {
    "notify": {S.INQUIRY},
    "close_inquiry": {S.INQUIRY},
    "auto_refund": {S.INQUIRY, S.NOTIFIED, S.EVIDENCE},
    "collect": {S.NOTIFIED},
    "submit": {S.NOTIFIED, S.EVIDENCE, S.PRE_ARBITRATION},
    "go_to_pre_arbitration": {S.NOTIFIED, S.EVIDENCE, S.SUBMITTED},
    "go_to_arbitration": {S.SUBMITTED, S.PRE_ARBITRATION},
    "win_provisionally": NOTIFIED - {S.WON_PROVISIONALLY},
    "reopen": {S.WON, S.WON_PROVISIONALLY},
    "win": NOTIFIED,
    "lose": NOTIFIED,
    "accept": NOTIFIED,
    "expire": NOTIFIED,
    "withdraw": NOTIFIED,
}


@pytest.mark.spec("X1")
@pytest.mark.parametrize("transition", sorted(LEGAL))
@pytest.mark.parametrize("state", list(S))
def test_each_move_from_each_state(transition: str, state: DisputeState) -> None:
    dispute = Dispute(state=state)

    if state in LEGAL[transition]:
        getattr(dispute, transition)()
        assert dispute.state != state
    else:
        with pytest.raises(TransitionNotAllowed):
            getattr(dispute, transition)()
        assert dispute.state == state


@pytest.mark.spec("X1")
def test_the_table_names_every_edge_of_the_graph() -> None:
    edges = {edge.name for edge in Dispute(state=S.INQUIRY).get_all_state_transitions()}

    assert edges == set(LEGAL)
