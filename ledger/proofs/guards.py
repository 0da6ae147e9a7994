"""Proof that the database's own guards stand: tables, triggers, functions and rights as the migrations made them (L1, L2, S1).

Who owns the tables can take every guard away; this names the one that is gone, changed, or has been walked around.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import connection

import ledger
from ledger.models.base import APPEND_ONLY
from ledger.proofs.checks import Check, Difference, check_of, rows_of
from ledger.roles import APP, JOURNAL, OWNER

PATH = "search_path=pg_catalog, public, pg_temp"
_BY_HAND = "WHEN ((current_setting('ledger.door'::text, true) IS DISTINCT FROM 'open'::text))"  # what the posting functions did not check
_GRANTS = "AFTER INSERT ON {} REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_{}_grants()"
# (table, trigger, what follows its name, as PostgreSQL words it): those beside `append_only`, which every append-only table has.
TRIGGERS = (
    ("ledger_entry", "ledger_entry_check",
     "AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT"
     f" {_BY_HAND} EXECUTE FUNCTION ledger_check_entries()"),
    ("ledger_journal_transaction", "ledger_transaction_check",
     "AFTER INSERT ON ledger_journal_transaction REFERENCING NEW TABLE AS new_transactions FOR EACH STATEMENT"
     f" {_BY_HAND} EXECUTE FUNCTION ledger_check_transactions()"),
    ("ledger_audit_record", "ledger_audit_record_xact",
     "BEFORE INSERT ON ledger_audit_record FOR EACH STATEMENT EXECUTE FUNCTION ledger_assign_xact()"),
    ("ledger_approval_request", "ledger_approval_request_frozen",
     "BEFORE UPDATE ON ledger_approval_request FOR EACH ROW EXECUTE FUNCTION ledger_freeze_request()"),
    ("ledger_approval_request", "ledger_approval_request_guarded",
     "BEFORE UPDATE ON ledger_approval_request FOR EACH ROW EXECUTE FUNCTION ledger_guard_request()"),
    ("ledger_user_groups", "ledger_separate_duties", _GRANTS.format("ledger_user_groups", "person")),
    ("ledger_user_user_permissions", "ledger_separate_duties", _GRANTS.format("ledger_user_user_permissions", "person")),
    ("auth_group_permissions", "ledger_separate_duties", _GRANTS.format("auth_group_permissions", "role")),
)  # fmt: skip
_APPEND_ONLY = "BEFORE DELETE OR UPDATE OR TRUNCATE ON {} FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
# What guards run, and what those call. Each is as one of the migrations' files has it, and searches nowhere but in PATH.
FUNCTIONS = (
    "ledger_refuse_change", "ledger_check_entries", "ledger_check_transactions", "ledger_assign_xact", "ledger_freeze_request",
    "ledger_guard_request", "ledger_held_permissions", "ledger_refuse_joined_duties", "ledger_check_person_grants",
    "ledger_check_role_grants",
)  # fmt: skip
# The journal's one door: these lend the owner's rights, the first two; the others are called by them and look where they look.
DOORS = ("ledger_post", "ledger_post_many")
BEHIND_THE_DOOR = (
    "ledger_open_day", "ledger_lacking", "ledger_open_accounts", "ledger_changed_wallets", "ledger_account_ids", "ledger_lock_wallets",
)  # fmt: skip
_BODY = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(.*?AS \$\$(.*?)\$\$", re.DOTALL)
_SQL = Path(ledger.__file__).parent / "migrations" / "sql"
_WALKED_AROUND = """
SELECT w.name AS table, concat_ws(', ',
       CASE WHEN c.oid IS NULL THEN 'no such table' END,
       CASE WHEN obj_description(c.oid, 'pg_class') IS DISTINCT FROM %(comment)s THEN 'not marked append-only' END,
       CASE WHEN c.relrowsecurity THEN 'rows can be hidden' END,
       CASE WHEN EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid) THEN 'another table adds rows to it' END,
       CASE WHEN EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid) THEN 'a rule rewrites its statements' END) AS fault
  FROM unnest(%(tables)s::text[]) w(name)
  LEFT JOIN pg_class c ON c.relname = w.name AND c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
"""
_INSERTS = """
SELECT r.rolname AS role, c.relname AS table, 'the application may insert into it' AS fault
  FROM pg_roles r, pg_class c
 WHERE r.rolname = %(app)s AND c.relname = ANY(%(journal)s) AND c.relnamespace = 'public'::regnamespace
   AND pg_get_userbyid(c.relowner) <> r.rolname AND has_table_privilege(r.oid, c.oid, 'INSERT')
"""
_TRIGGERS = """
SELECT w.name AS trigger, w.place AS table,
       CASE WHEN t.oid IS NULL THEN 'missing or switched off' ELSE 'not what the migrations made' END AS fault
  FROM unnest(%(triggers)s::text[], %(places)s::text[], %(words)s::text[]) w(name, place, words)
  LEFT JOIN pg_class c ON c.relname = w.place AND c.relnamespace = 'public'::regnamespace
  LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = w.name AND (t.tgenabled = 'A' OR t.tgenabled = 'O' AND w.name <> 'append_only')
 WHERE (t.oid IS NULL AND (c.oid IS NOT NULL OR w.name <> 'append_only'))
    OR replace(pg_get_triggerdef(t.oid), 'public.', '') <> concat('CREATE TRIGGER ', w.name, ' ', w.words)
"""
_FUNCTIONS = """
SELECT p.proname, p.prosrc, p.prosecdef, coalesce(p.proconfig, '{}') FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY(%s)
"""
_RIGHTS = """
SELECT r.rolname AS role, c.relname AS table, 'the application may ' || lower(p.privilege) || ' it' AS fault
  FROM pg_roles r, unnest(%(tables)s::text[]) w(name) JOIN pg_class c ON c.relname = w.name AND c.relnamespace = 'public'::regnamespace,
       unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) p(privilege)
 WHERE r.rolname = %(app)s AND pg_get_userbyid(c.relowner) <> r.rolname AND has_table_privilege(r.oid, c.oid, p.privilege)
UNION ALL
SELECT r.rolname, NULL, 'the application is the owner or a superuser by another name' FROM pg_roles r
 WHERE r.rolname = %(app)s
   AND (r.rolsuper OR EXISTS (SELECT FROM pg_roles o WHERE o.rolname = %(owner)s AND pg_has_role(r.oid, o.oid, 'MEMBER')))
UNION ALL
SELECT r.rolname, NULL, 'the application may make objects in public' FROM pg_roles r
 WHERE r.rolname = %(app)s AND has_schema_privilege(r.oid, 'public', 'CREATE')
   AND NOT EXISTS (SELECT FROM pg_class c WHERE c.relname = 'ledger_entry' AND c.relowner = r.oid)
"""


def guards_are_on() -> Check:
    """Every guard of append-only tables, of double entry and of four eyes exists, is switched on and says what it was made to say."""
    tables = append_only_tables()
    params = {"tables": tables, "comment": APPEND_ONLY, "app": APP, "owner": OWNER}
    places, triggers, words = zip(*TRIGGERS, *((table, "append_only", _APPEND_ONLY.format(table)) for table in tables), strict=True)
    faults = [
        *rows_of(f"SELECT * FROM ({_WALKED_AROUND}) f WHERE fault <> ''", params),
        *rows_of(_TRIGGERS, {"triggers": list(triggers), "places": list(places), "words": list(words)}),
        *_functions(),
        *rows_of(f"SELECT * FROM ({_RIGHTS}) f", params),
        *rows_of(_INSERTS, {"app": APP, "journal": list(JOURNAL)}),
    ]
    return check_of("guards_are_on", len(tables) + len(TRIGGERS) + len(FUNCTIONS) + len(DOORS) + len(BEHIND_THE_DOOR), faults)


def append_only_tables() -> list[str]:
    """Tables that the models say are append-only, whatever the database says of them."""
    return sorted(model._meta.db_table for model in apps.get_models() if model._meta.db_table_comment == APPEND_ONLY)


def _functions() -> Iterator[Difference]:
    names = (*FUNCTIONS, *DOORS, *BEHIND_THE_DOOR)
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTIONS, [list(names)])
        found = {name: (body, is_definer, config) for name, body, is_definer, config in cursor.fetchall()}
    shipped = _shipped_bodies()
    for name in names:
        body, is_definer, config = found.get(name, ("", False, []))
        if body not in shipped.get(name, set()) or is_definer != (name in DOORS):
            yield {"function": name, "fault": "it is not what the migrations made" if name in found else "it is gone"}
        elif PATH not in config and name not in BEHIND_THE_DOOR:
            yield {"function": name, "fault": "it looks wherever the session's search path leads"}


def _shipped_bodies() -> dict[str, set[str]]:
    """What the migrations' files give each function as its body."""
    bodies: dict[str, set[str]] = {}
    for file in sorted(_SQL.glob("*.sql")):
        for name, body in _BODY.findall(file.read_text(encoding="utf-8")):
            bodies.setdefault(name, set()).add(body)
    return bodies
