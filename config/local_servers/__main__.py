"""`python -m config.local_servers DIRECTORY`: the supervisor. `ensure()` starts it; a person has no need to."""

import sys
from pathlib import Path

from config.local_servers.supervisor import Supervisor

sys.exit(Supervisor(Path(sys.argv[1])).run())
