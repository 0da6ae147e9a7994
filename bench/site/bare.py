"""A bare DRF view: one JSON body in, one row in, one JSON answer out. No token, no key, no check, no books."""

from typing import cast

from django.db import models
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

TABLE = "CREATE TABLE bench_row (id bigserial PRIMARY KEY, player text NOT NULL, amount text NOT NULL, at timestamptz DEFAULT now())"


class Row(models.Model):
    """What the view inserts."""

    player = models.TextField()
    amount = models.TextField()

    class Meta:
        app_label = "bench"
        db_table = "bench_row"
        managed = False

    def __str__(self) -> str:
        return f"{self.player} {self.amount}"


class RowView(APIView):
    """POST {player_id, amount}: the least that a DRF view with a database can do."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = (JSONParser,)

    def post(self, request: Request) -> Response:
        """Insert one row in a transaction of its own."""
        body = cast(dict[str, str], request.data)
        row = Row(player=body["player_id"], amount=body["amount"])
        row.save(force_insert=True)
        return Response({"id": row.pk, "status": "committed"})
