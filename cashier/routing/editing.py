"""Edits of a body of rules, each giving a new body: what the buttons of a draft do (C12). Numbers count from 1."""

from copy import deepcopy
from typing import Any

Body = dict[str, Any]
Row = dict[str, Any]


def with_rule(body: Body, row: Row, *, place: int | None = None) -> Body:
    """A new rule at a place; at the end without one."""
    rules = [*body.get("rules", [])]
    rules.insert(len(rules) if place is None else max(place - 1, 0), row)
    return {**deepcopy(body), "rules": rules}


def with_changed(body: Body, number: int, row: Row) -> Body:
    rules = [*body["rules"]]
    rules[number - 1] = row
    return {**deepcopy(body), "rules": rules}


def without_rule(body: Body, number: int) -> Body:
    return {**deepcopy(body), "rules": [row for place, row in enumerate(body["rules"], 1) if place != number]}


def with_moved(body: Body, number: int, place: int) -> Body:
    rest = without_rule(body, number)
    return with_rule(rest, body["rules"][number - 1], place=place)


def with_options(body: Body, **options: int | dict[str, str]) -> Body:
    return {**deepcopy(body), "options": {**body.get("options", {}), **options}}


def with_split(body: Body, row: Row) -> Body:
    """A split test, new or in place of the one with its name."""
    others = [split for split in body.get("splits", []) if split["name"] != row["name"]]
    return {**deepcopy(body), "splits": [*others, row]}


def without_split(body: Body, name: str) -> Body:
    return {**deepcopy(body), "splits": [split for split in body.get("splits", []) if split["name"] != name]}
