"""The names of benchmarks, what they are given and what they answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a benchmark runs: a migrated database of its own, as owner and as application; `quick` for a first look."""

    owner_url: str
    app_url: str
    quick: bool = False

    @property
    def seconds(self) -> float:
        """How long one turn measures."""
        return 5.0 if self.quick else 20.0

    @property
    def turns(self) -> int:
        """How often yardstick and ours alternate; the medians count."""
        return 1 if self.quick else 3


@dataclass(frozen=True, slots=True)
class Result:
    """One row of results.json; None where a figure makes no sense."""

    ratio: float
    better: Better
    yardstick: str
    yardstick_value: float
    value: float
    unit: str
    p50_ms: float | None = None
    p95_ms: float | None = None
    peak_rss_mib: int | None = None
    n: int | None = None


Benchmark = Callable[[Setting], Result]
BENCHMARKS: dict[str, Benchmark] = {}


def benchmark(name: str) -> Callable[[Benchmark], Benchmark]:
    """Register a benchmark under the name that results.json and `--only` use."""

    def register(function: Benchmark) -> Benchmark:
        BENCHMARKS[name] = function
        return function

    return register
