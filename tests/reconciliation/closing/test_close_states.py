"""The whole graph of a close: every edge that there is, and that there is no other (D3)."""

from datetime import date, time

import pytest
from django_fsm import TransitionNotAllowed

from reconciliation.models import CloseState, DailyClose

pytestmark = pytest.mark.spec("D3")
EDGES = {
    ("OPEN", "begin"): "CLOSING",
    ("CLOSING", "prepare"): "PREPARED",
    ("PREPARED", "sign_off"): "SIGNED_OFF",
    ("CLOSING", "fall_back"): "OPEN",
    ("PREPARED", "fall_back"): "OPEN",
}
ACTS = ("begin", "prepare", "sign_off", "fall_back")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", CloseState.values)
def test_each_act_in_each_state(state: str, act: str) -> None:
    close = DailyClose(business_date=date(2026, 11, 19), zone="Europe/Malta", cutoff=time(0, 0), state=state)
    if (state, act) in EDGES:
        getattr(close, act)()
        assert close.state == EDGES[(state, act)]
    else:
        with pytest.raises(TransitionNotAllowed):
            getattr(close, act)()
        assert close.state == state


def test_a_state_is_never_set_by_hand() -> None:
    close = DailyClose(business_date=date(2026, 11, 19), zone="Europe/Malta", cutoff=time(0, 0))
    with pytest.raises(AttributeError):
        close.state = "SIGNED_OFF"
