"""Put the scene into this checkout's database, at the present time: `python -m tests.backoffice.seed [CASES]`. For looking at pages."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.local_servers import ensure

    lease = ensure()
    import django

    django.setup()
    from django.db import transaction

    from ledger import clock
    from tests.backoffice.scene import PASSWORD, make_scene

    with transaction.atomic():
        scene = make_scene(now=clock.now(), cases=int(sys.argv[1]) if len(sys.argv) > 1 else 60, deposits=44)
    sys.stdout.write(f"{len(scene.cases)} cases; people {', '.join(scene.staff)}; password {PASSWORD}\n")
    del lease


if __name__ == "__main__":
    main()
