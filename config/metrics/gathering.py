"""All figures of the product, gathered when somebody asks: from rows (settings.FIGURES), from Redis, from what processes counted."""

import os
import time
from collections.abc import Iterator

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from ledger import clock
from ledger.figures import Figure, Gather

log = structlog.get_logger(__name__)

PREFIX = "countroom_"
STATEMENT_MILLISECONDS = 5_000
PARTS = ("part",)


def exposition() -> bytes:
    """The whole text. What fails is missing, and `countroom_figures_ok` of its part is 0: the rest is told all the same."""
    registry = CollectorRegistry()
    registry.register(Gathered())
    return generate_latest(registry) + counted()


class Gathered(Collector):
    """Every part of settings.FIGURES, each on its own."""

    def collect(self) -> Iterator[Metric]:
        took: list[tuple[tuple[str, ...], float]] = []
        went: list[tuple[tuple[str, ...], float]] = []
        for part, path in settings.FIGURES.items():
            began = time.perf_counter()
            figures = gather(part, import_string(path))
            took.append(((part,), time.perf_counter() - began))
            went.append(((part,), float(figures is not None)))
            yield from (family(figure) for figure in figures or ())
        yield family(Figure("figures_ok", "1 where a part of these figures could be gathered", PARTS, went))
        yield family(Figure("figures_seconds", "What gathering it took", PARTS, took))


def gather(part: str, of: Gather) -> list[Figure] | None:
    """The figures of one part; None where it failed or took too long."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(STATEMENT_MILLISECONDS)])
            return list(of(clock.now()))
    except Exception:  # whatever it is: who watches must see the rest
        log.warning("metrics.part_failed", part=part, exc_info=True)
        return None


def family(figure: Figure) -> Metric:
    gauge = GaugeMetricFamily(PREFIX + figure.name, figure.words, labels=figure.labels)
    for names, value in figure.rows:
        gauge.add_metric(names, value)
    return gauge


def counted() -> bytes:
    """What processes counted themselves: all that share the folder PROMETHEUS_MULTIPROC_DIR, else this one."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return generate_latest(REGISTRY)
    if not os.path.isdir(folder):
        log.warning("metrics.no_folder", folder=folder)
        return b""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
