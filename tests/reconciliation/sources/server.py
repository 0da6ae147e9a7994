"""A real SFTP server on the loopback, in a thread of its own, that can misbehave as servers do."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

USER, PASSWORD = "countroom", "s3cret-of-ours"


@dataclass
class Server:
    """root: what it serves. cut_at: ends the connection once this offset was read; seconds: how long each read takes; reads: offsets."""

    root: Path
    port: int = 0
    host_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    user_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    cut_at: int | None = None
    seconds: float = 0
    reads: list[int] = field(default_factory=list)
    logins: int = 0
    on_read: Any = None

    @property
    def fingerprint(self) -> str:
        return str(self.host_key.get_fingerprint())


class _Door(asyncssh.SSHServer):
    def __init__(self, server: Server) -> None:
        self._server = server

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._server.logins += 1
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USER and bool(key.public_data == self._server.user_key.public_data)


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: Any, server: Server) -> None:
        super().__init__(channel, chroot=str(server.root).encode())
        self._server, self._connection = server, channel.get_connection()

    async def read(self, file_obj: Any, offset: int, size: int) -> Any:
        self._server.reads.append(offset)
        if self._server.seconds:
            await asyncio.sleep(self._server.seconds)
        if self._server.on_read:
            self._server.on_read()
        if self._server.cut_at is not None and offset >= self._server.cut_at:
            self._server.cut_at = None
            self._connection.abort()
        return super().read(file_obj, offset, size)


@contextmanager
def serving(root: Path) -> Iterator[Server]:
    server, loop = Server(root), asyncio.new_event_loop()

    async def start() -> Any:
        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=lambda: _Door(server), server_host_keys=[server.host_key],
            sftp_factory=lambda channel: _Files(channel, server), allow_scp=False,
        )  # fmt: skip

    listener = loop.run_until_complete(start())
    server.port = listener.get_port()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield server

    async def stop() -> None:
        listener.close()
        await listener.wait_closed()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()
