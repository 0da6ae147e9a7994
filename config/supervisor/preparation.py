"""`python -m config.supervisor.preparation`: tables, roles, static files and the demonstration's rows, in one process.

Run by the supervisor with the stack's environment: DATABASE_OWNER_URL changes tables and roles, DATABASE_URL fills them. Each step
does nothing where its work is done, so that a second start takes seconds.
"""

import os
import subprocess
import sys
from pathlib import Path

from config.local_servers.directory import CHECKOUT
from config.local_servers.roles import use_owner


def main() -> None:
    seed = "--no-seed" not in sys.argv
    app_url = os.environ["DATABASE_URL"]
    use_owner()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False, skip_checks=False)
    call_command("setup_roles")
    call_command("collectstatic", verbosity=0, interactive=False)
    if seed:
        environment = os.environ | {"DATABASE_URL": app_url}
        sys.exit(subprocess.run([sys.executable, str(Path(CHECKOUT, "manage.py")), "seed_demo"], env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
