"""Beat: sweepers that find rows whose nudge was lost. Losing Redis loses no work."""

CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {}
