"""The parsers that settings name; views that take files name theirs from cashier.api.parsers."""

from cashier.api.parsers import BodyTooLarge, CheckedMultiPartParser, ExactJSONParser

__all__ = ["BodyTooLarge", "CheckedMultiPartParser", "ExactJSONParser"]
