"""What waits in the queues between processes, in Redis: nudges only, for the row is the queue."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from cashier.redis import quick_redis
from ledger.figures import Figure


def gather(now: datetime) -> Iterator[Figure]:
    """The length of each queue that a task can go to. Raises redis.RedisError."""
    routes = {str(route["queue"]) for route in settings.CELERY_TASK_ROUTES.values()}
    queues = sorted({settings.CELERY_TASK_DEFAULT_QUEUE, *routes})
    pipe = quick_redis().pipeline(transaction=False)
    for queue in queues:
        pipe.llen(f"{settings.REDIS_PREFIX}:{queue}")
    rows = [((queue,), float(length)) for queue, length in zip(queues, pipe.execute(), strict=True)]
    yield Figure("queue_messages", "Nudges that no worker has taken yet", ("queue",), rows)
