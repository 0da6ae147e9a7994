"""When a row was made and last changed; both are set by operations, from the one clock."""

from django.db import models


class Stamped(models.Model):
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True
