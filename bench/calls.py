"""A client of one kept connection that costs the machine little: the server is measured, not the caller."""

import socket


class Connection:
    """HTTP/1.1 over one socket, kept open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, path: str, body: str, headers: dict[str, str], *, expected: tuple[int, ...] = (200,)) -> bytes:
        """The answer's body. Raises RuntimeError for any status that is not expected."""
        content = body.encode()
        lines = [
            f"POST {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
        ]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode() + content)
        head, answer = self._read()
        if int(head.split(b" ", 2)[1]) not in expected:
            raise RuntimeError(f"{path}: {head[:200]!r} {answer[:500]!r}")
        return answer

    def _read(self) -> tuple[bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        while len(body) < length:
            body += self._more()
        return head, body

    def _more(self) -> bytes:
        received = self._socket.recv(65536)
        if not received:
            raise RuntimeError("The server closed the connection.")
        return received
