"""What a lower floor tells an upper one: kind of notice -> dotted path of the operation that hears it."""

NOTICE_HANDLERS: dict[str, str] = {}
