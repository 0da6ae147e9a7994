#!/usr/bin/env python3
"""Countroom's command line. `manage.py help` lists the commands; docs/commands.md explains them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.local_servers import LocalServersError, prepare_command

    try:
        prepare_command(sys.argv)
    except LocalServersError as problem:
        sys.exit(f"countroom: {problem}")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
