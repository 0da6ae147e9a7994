"""Gunicorn's settings that have no flag (`-c python:config.web_server`): whoever stops in the middle of a request is not waited for.

A thread reads a request to its end; without a limit as many silent callers as there are threads would hold up everybody. Who drips in
a byte now and then is the edge's to cut off (docs/configuration.md).
"""

import os
import socket
import struct
from typing import Any

READ_SECONDS = int(os.environ.get("WEB_READ_SECONDS", "15"))


def when_ready(server: Any) -> None:
    """Each read of an accepted connection ends after so long: it has this from its listener (socket(7), SO_RCVTIMEO)."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", READ_SECONDS, 0))
