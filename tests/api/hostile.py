"""What callers send who mean no good, or whose code is broken: bodies, values, addresses, headers."""

from typing import Any

DEEP = 3000
LONG = "x" * 70_000

# Raw bodies: none of them is a good request to anything.
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "cut": b'{"player_id": "lucky-1", "amo',
    "no object": b"[1, 2, 3]",
    "text": b'"text"',
    "null": b"null",
    "number": b"12",
    "two values": b"{} {}",
    "NaN": b'{"amount": NaN}',
    "infinity": b'{"amount": -Infinity}',
    "doubled key": b'{"player_id": "a", "player_id": "b"}',
    "doubled key inside": b'{"amount": {"amount": "1", "amount": "2", "currency": "EUR"}}',
    "NUL": b'{"player_id": "a\\u0000b"}',
    "raw NUL": b'{"player_id": "a\x00b"}',
    "NUL in a key": b'{"a\\u0000b": 1}',
    "half a surrogate": b'{"player_id": "\\ud800"}',
    "half a surrogate in a key": b'{"\\udfff": 1}',
    "not UTF-8": b'{"player_id": "\xff\xfe"}',
    "overlong UTF-8": b'{"player_id": "\xc0\x80"}',
    "UTF-16": '{"player_id": "a"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"player_id": "a"}',
    "deep lists": b'{"metadata": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "not closed": b"[" * 100_000,
    "huge exponent": b'{"amount": 1e999999999}',
    "huge negative exponent": b'{"amount": 1e-999999999}',
    "huge number": b'{"amount": ' + b"9" * 50_000 + b"}",
    "too long": b'{"note": "' + b"x" * 2_000_000 + b'"}',
    "many keys": b"{" + b",".join(b'"k%d": 1' % number for number in range(10_000)) + b"}",
    "form": b"a=1&b=2",
    "xml": b"<a/>",
}

# Values for one field of a body that is right otherwise.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**40, -(10**40), 1.5, 1e308, "", " ", "null", "0", "-1", "1e400", "9" * 5000, "١٢٣", "NaN", "\u202e",
    "é" * 300,
    LONG, [], {}, [[]], [None], {"a": {"b": []}}, [{"amount": "1"}], "2026-13-45", "0000-00-00", "9999-12-31T23:59:60Z", "pi_" + "z" * 26,
    "pl_" + "0" * 26, "'; DROP TABLE ledger_entry; --", "%s%n", "../../etc/passwd", "http://[::1", "javascript:alert(1)",
)  # fmt: skip

# As VALUES, in a query or a path: percent-encoded.
ADDRESSED: tuple[str, ...] = (
    "", "%00", "a%00b", "%ff", "%c0%80", "%ed%a0%80", "%u0000", "%", "-1", "0", "999999999999999999999999", "NaN", "1e400", "x" * 3000,
    "2026-13-45", "0000-00-00", "99999-01-01", "2026-11-20T25:61:00", "%D9%A1%D9%A2", "pi_" + "z" * 26, "pl_" + "7" * 26, "..%2f..%2fetc",
    "%27%3B--", "[]", "%F0%9F%92%A3", "%0d%0aSet-Cookie:a=b", "cD0=", "bz0tMQ==", "bz05OTk5OTk5OTk5OTk5OTk5OTk=", "cj0xJnA9JTAw",
    "cD0yMDI2LTEzLTQ1",
)  # fmt: skip

HEADERS: tuple[dict[str, str], ...] = (
    {"HTTP_AUTHORIZATION": "Bearer"},
    {"HTTP_AUTHORIZATION": "Bearer a.b.c"},
    {"HTTP_AUTHORIZATION": "Bearer " + "A" * 60_000},
    {"HTTP_AUTHORIZATION": "Basic ////"},
    {"HTTP_AUTHORIZATION": "Bearer eyJhbGciOiJub25lIn0.e30."},
    {"HTTP_AUTHORIZATION": "Bearer \xff\xfe"},
    {"HTTP_ACCEPT": "text/xml"},
    {"HTTP_ACCEPT": ";;;,,,q=9"},
    {"CONTENT_TYPE": "application/json; charset=utf-16"},
    {"CONTENT_TYPE": "application/json; charset=nothing-known"},
    {"CONTENT_TYPE": "multipart/form-data"},
    {"CONTENT_TYPE": "multipart/form-data; boundary=" + "b" * 5000},
    {"CONTENT_TYPE": "application/x-www-form-urlencoded"},
    {"CONTENT_TYPE": ";"},
    {"HTTP_CONTENT_ENCODING": "gzip"},
    {"HTTP_X_TRACE_ID": "t" * 50_000},
    {"HTTP_X_TRACE_ID": "\xe9\x00"},
    {"HTTP_X_IDEMPOTENCY_KEY": "\xff"},
    {"HTTP_X_IDEMPOTENCY_KEY": "k" * 10_000},
    {"HTTP_X_FORWARDED_FOR": "nowhere, \x00"},
    {"HTTP_IF_MODIFIED_SINCE": "yesterday"},
    {"HTTP_RANGE": "bytes=-1-"},
    {"HTTP_ACCEPT_LANGUAGE": "x" * 5000},
    {"CONTENT_LENGTH": "-1"},
    {"CONTENT_LENGTH": "many"},
    {"QUERY_STRING": "limit=%ff&cursor=%00"},
)
