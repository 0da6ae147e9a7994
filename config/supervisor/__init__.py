"""The whole product on one machine: servers, web, workers, beat, event stream, sandbox; started, watched and stopped together.

`make run` is `python -m config.supervisor run`. Commands and tests that need a running product use `Stack`:

    with Stack(directory=path, environment={"DATABASE_URL": url, "DATABASE_OWNER_URL": owner_url}) as stack:
        httpx.get(stack.urls["web"] + "/health")

`find_running(directory)` gives the stack that already runs there, or None.
"""

from config.supervisor.client import RunningStack, Stack, StackError, find_running

__all__ = ["RunningStack", "Stack", "StackError", "find_running"]
