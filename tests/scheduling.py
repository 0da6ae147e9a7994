"""How xdist shares the tests out: one by one, but for the journeys, which share one stack and so one worker."""

from xdist.scheduler.loadscope import LoadScopeScheduling  # type: ignore[import-untyped]

JOURNEYS = "tests/journeys"


class StackScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Tests of one scope run on one worker, in their order; the largest scope is begun first."""

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS if nodeid.startswith(f"{JOURNEYS}/") else nodeid
