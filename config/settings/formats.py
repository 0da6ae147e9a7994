"""Name of a report format -> dotted path of its reader. To add a format: a module in reconciliation/formats and a line here."""

REPORT_FORMATS: dict[str, str] = {}
