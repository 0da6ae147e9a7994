"""Every state machine of the product, as its code draws it: for docs, for tests, for the proof of S8."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django_fsm import FSMFieldMixin

OUR_APPS = ("ledger", "cashier", "disputes", "reconciliation")


@dataclass(frozen=True, slots=True)
class Edge:
    """One transition from one state to one other."""

    name: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class StateGraph:
    """The machine of one field of one model."""

    model: type[models.Model]
    field: str
    initial: str
    edges: tuple[Edge, ...]

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def states(self) -> list[str]:
        ends = {self.initial, *(edge.source for edge in self.edges), *(edge.target for edge in self.edges)}
        return sorted(ends)

    def is_legal(self, name: str, source: str) -> bool:
        """Whether transition `name` exists from state `source`."""
        return any(edge.name == name and edge.source == source for edge in self.edges)


def state_graphs() -> list[StateGraph]:
    """The graphs of all models of the product, in the order of their labels."""
    found = [graph for app in OUR_APPS for model in apps.get_app_config(app).get_models() for graph in graphs_of(model)]
    return sorted(found, key=lambda graph: (graph.label, graph.field))


def graphs_of(model: type[models.Model]) -> Iterator[StateGraph]:
    """The graphs of one model; none for the tables of history."""
    if hasattr(model, "history_object"):
        return
    for field in model._meta.get_fields():
        if isinstance(field, FSMFieldMixin):
            default: Any = field.get_default()
            edges = {Edge(item.name, _text(item.source), _text(item.target)) for item in field.get_all_transitions(model)}
            yield StateGraph(model, field.name, _text(default), tuple(sorted(edges, key=lambda e: (e.source, e.target, e.name))))


def as_mermaid(graph: StateGraph) -> str:
    """The graph as a mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {graph.initial}"]
    lines += [f"    {edge.source} --> {edge.target}: {edge.name}" for edge in graph.edges]
    sources = {edge.source for edge in graph.edges}
    lines += [f"    {state} --> [*]" for state in graph.states if state not in sources]
    return "\n".join(lines) + "\n"


def _text(state: Any) -> str:
    return str(getattr(state, "value", state))
