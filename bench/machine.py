"""Facts of the machine that measured; no names."""

import os
import platform
from pathlib import Path

import psycopg

SETTINGS = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size")


def machine_facts(url: str) -> dict[str, object]:
    """Processor, memory, Python and the database server's settings that matter to the figures."""
    with psycopg.connect(url) as connection:
        server = {name: connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in SETTINGS}
    return {
        "cpus": os.cpu_count(),
        "processor": processor(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1024 * 1024),
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "postgresql": {name: row[0] if row else None for name, row in server.items()},
    }


def processor() -> str:
    """The processor's model, as the kernel names it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())
