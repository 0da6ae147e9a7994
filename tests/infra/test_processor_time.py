"""What a stack's processes cost, as the soak tells it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from config.supervisor.processor_time import ProcessorTime, Seen, seen_now, with_children

BUSY = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass"


def test_a_process_counts_with_all_below_it_and_nothing_beside_it() -> None:
    seen = {1: Seen(0, 1.0), 2: Seen(1, 2.0), 3: Seen(2, 4.0), 4: Seen(1, 8.0), 9: Seen(0, 100.0)}
    assert (with_children(1, seen), with_children(2, seen), with_children(4, seen)) == (15.0, 6.0, 8.0)


def test_what_a_child_that_ended_has_used_is_its_parent_s() -> None:
    before = seen_now()[os.getpid()]
    subprocess.run([sys.executable, "-c", BUSY], check=True)
    after = seen_now()[os.getpid()]
    assert after.parent == before.parent == os.getppid()
    assert after.seconds - before.seconds >= 0.3


def test_a_server_is_counted_by_its_name_and_not_with_whoever_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"pids": {"postgres": 77, "valkey": 78}}))
    me, child = os.getpid(), SimpleNamespace(pid=40, process=SimpleNamespace(name="web"))
    seen = {40: Seen(me, 1.0), 50: Seen(me, 1.0), 77: Seen(50, 2.0), 78: Seen(50, 4.0), 60: Seen(me, 8.0)}
    costs = ProcessorTime(cast(Any, SimpleNamespace(children=[child], directory=tmp_path)))
    assert costs._roots(seen) == [("web", 40), ("postgres", 77), ("valkey", 78), ("command", 60)]
