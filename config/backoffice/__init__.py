"""The back office as a site: its name and colours, role homes, palette, event stream. The frames themselves live in ledger/admin/frames."""
