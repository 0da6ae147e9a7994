"""manage.py state_graphs"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.graphs import StateGraph, as_mermaid, state_graphs


class Command(BaseCommand):
    help = """Write every state machine into docs/states, one file each, as its code draws it.

    Example: manage.py state_graphs            writes the files
             manage.py state_graphs --check    writes nothing, exit 1 if a file is not up to date"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "states"
        pages = {folder / file_name(graph): page_of(graph) for graph in state_graphs()}
        stale = sorted(path.name for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text)
        if not options["check"]:
            folder.mkdir(parents=True, exist_ok=True)
            for path, text in pages.items():
                path.write_text(text, encoding="utf-8")
        if options["json"]:
            self.stdout.write(json.dumps({"graphs": [path.name for path in pages], "changed": stale}))
        elif not options["check"]:
            self.stdout.write(f"{len(pages)} graphs in {folder}, {len(stale)} changed.")
        if options["check"] and stale:
            raise CommandError(f"Not up to date: {', '.join(stale)}. Run manage.py state_graphs.", returncode=1)


def file_name(graph: StateGraph) -> str:
    """cashier.DepositIntent, field state -> cashier_depositintent.md"""
    suffix = "" if graph.field == "state" else f"_{graph.field}"
    return f"{graph.label.replace('.', '_').lower()}{suffix}.md"


def page_of(graph: StateGraph) -> str:
    """One markdown page of a graph."""
    return f"# {graph.label}: {graph.field}\n\n```mermaid\n{as_mermaid(graph)}```\n"
