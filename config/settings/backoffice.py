"""The theme of the back office: our name, our colours, the sidebar."""

UNFOLD: dict[str, object] = {"SITE_TITLE": "Countroom", "SITE_HEADER": "Countroom"}
