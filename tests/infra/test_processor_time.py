"""What a stack's processes cost, as the soak tells it."""

import os
import subprocess
import sys

from config.supervisor.processor_time import Seen, seen_now, with_children

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
