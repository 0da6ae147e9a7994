"""Which ports the processes get."""

import secrets
import socket

LISTENING = range(15_000, 30_000)


class PortInUse(Exception):
    """The port that was asked for is taken; the message says what to do."""


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A free port below those that the kernel gives to outgoing connections: none of them can take it before we listen."""
    while True:
        port = secrets.choice(LISTENING)
        if is_free(port):
            return port


def claim(wanted: int, *, host: str) -> int:
    """`wanted` itself, 0 for any. Raises PortInUse."""
    if not wanted:
        return free_port()
    if not is_free(wanted, host):
        raise PortInUse(f"Port {wanted} is in use: stop what listens there, or choose another, for example `make run PORT={wanted + 1}`.")
    return wanted


def prefer(*wanted: int) -> int:
    """The first of `wanted` that is free (0 is skipped), else any free port."""
    return next((port for port in wanted if port and is_free(port)), 0) or free_port()
