"""API plumbing that settings put under every view: tokens, scopes, parsing, rate limits, error envelope, trace ids, schema.

No app imports from here (config is the top floor). What a view imports itself (fields, idempotency, pages, the caller)
is in `ledger.api`; see its docstring for how a view is written. A view states `required_scopes`, by method:

    required_scopes = {"GET": "payouts:read", "POST": "payouts:write"}
"""
