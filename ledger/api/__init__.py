"""What every app's `api/` room imports to build its views (A1 to A6).

    from ledger.api.fields import AmountField, PublicIdField
    from ledger.api.idempotency import idempotent
    from ledger.api.pages import CursorPages

    class PayoutList(APIView):
        required_scopes = {"GET": "payouts:read", "POST": "payouts:write"}

        @idempotent
        def post(self, request: Request) -> Response: ...

Authentication, scopes, parsing, throttling and the error envelope are applied by the settings (config/api), so a view
names only its scopes. Operations refuse by raising `ledger.refusals.Refused` (422), `Conflict` (409), `NotFound` (404).
`request.user` is the caller: `.client_id`, `.actor`, `.brand_ids`, `.scopes`.
"""
