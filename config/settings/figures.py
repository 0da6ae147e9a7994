"""What `GET /metrics` tells (O3): a part's name -> dotted path of a function (now) -> Figures; and who may ask."""

import environ

env = environ.Env()

FIGURES: dict[str, str] = {
    "ledger": "ledger.queries.figures.gather",
    "cashier": "cashier.queries.figures.gather",
    "reconciliation": "reconciliation.queries.figures.gather",
    "queues": "config.metrics.queues.gather",
}
# Who scrapes sends it as a bearer token; without one there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
