"""An SFTP server (R1): its key pinned, every wait bounded, a broken fetch gone on with where it broke.

asyncssh speaks the protocol. Its loop runs only while we wait for an answer, so that the database is used from plain code.
"""

import asyncio
import hmac
import posixpath
import stat
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Self, TypeVar

from reconciliation.operations.sources.places import MOST_FILES, FileFailed, Found, PlaceFailed, StillGrowing, is_plain, oldest_first

try:
    import asyncssh
except ImportError:  # the extra `sftp` is not installed: a source of this kind says so
    asyncssh = None  # type: ignore[assignment]

_CHUNK = 1 << 20
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Login:
    """Where to, who we are, and which key the server must show ("SHA256:…"). One of password and key is given; key is PEM text."""

    host: str
    port: int
    username: str
    host_key: str
    password: str = ""
    key: str = ""


class SftpPlace:
    """See Place. `timeout`: seconds that one answer may take."""

    def __init__(self, login: Login, *, directory: str, pattern: str, timeout: float) -> None:
        self._login, self._directory, self._pattern, self._timeout = login, directory or ".", pattern, timeout
        self._shown: list[str] = []
        self._connection: Any = None
        self._sftp: Any = None

    def __enter__(self) -> Self:
        if asyncssh is None:
            raise PlaceFailed("SFTP needs the package asyncssh: install Countroom with its extra sftp.")
        self._loop = asyncio.new_event_loop()
        try:
            self._ask(self._open(), within=3 * self._timeout)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *problem: object) -> None:
        if self._connection is not None:
            with suppress(PlaceFailed):
                self._connection.abort()
                self._ask(self._connection.wait_closed())
        if not self._loop.is_closed():
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    def look(self) -> list[Found]:
        return oldest_first(self._ask(self._list(), within=6 * self._timeout))

    def fetch(self, found: Found, part: Path) -> None:
        self._ask(self._fetch(found, part), within=None)

    def place_of_taken(self, found: Found) -> str:
        return ""  # what lies on their server is theirs

    def put_away(self, found: Found) -> None:
        return None

    def put_apart(self, lies_at: str, why: str) -> str:
        return ""

    # --- the protocol ---

    async def _open(self) -> None:
        login, own = self._login, self

        class Pinned(asyncssh.SSHClient):
            def validate_host_public_key(self, host: str, addr: str, port: int, key: "asyncssh.SSHKey") -> bool:
                own._shown.append(key.get_fingerprint())
                return hmac.compare_digest(key.get_fingerprint().encode(), login.host_key.encode())

        # Nothing of the machine's own SSH set-up is used: no agent, no config, no known hosts, no keys of whoever runs us.
        keys = [asyncssh.import_private_key(login.key)] if login.key else None
        self._connection = await asyncssh.connect(
            login.host, login.port, username=login.username, password=login.password or None, client_keys=keys, client_factory=Pinned,
            known_hosts=([], [], []), config=None, agent_path=None, x509_trusted_certs=None, gss_host=None,
            connect_timeout=self._timeout, login_timeout=self._timeout, keepalive_interval=self._timeout, keepalive_count_max=2,
        )  # fmt: skip
        self._sftp = await self._connection.start_sftp_client()

    async def _list(self) -> list[Found]:
        found: list[Found] = []
        async for entry in self._sftp.scandir(self._directory):
            if len(found) >= MOST_FILES:
                break
            name, facts = str(entry.filename), entry.attrs
            if is_plain(name) and fnmatchcase(name, self._pattern) and stat.S_ISREG(facts.permissions or 0):
                found.append(_found(name, facts))
        return found

    async def _fetch(self, found: Found, part: Path) -> None:
        path = posixpath.join(self._directory, found.name)
        source = await self._soon(self._sftp.open(path, "rb"))
        await self._copy(source, found, part)
        await self._soon(source.close())  # only after all went well: what is broken is not waited for again
        if _found(found.name, await self._soon(self._sftp.stat(path))) != found:
            raise StillGrowing(found.name)
        if part.stat().st_size != found.byte_size:
            raise FileFailed(f"{found.name} ended at byte {part.stat().st_size} of {found.byte_size}")

    async def _copy(self, source: Any, found: Found, part: Path) -> None:
        """Go on after the bytes that are here; each chunk is kept before the next is asked for."""
        with part.open("ab") as target:
            if target.tell() > found.byte_size:
                target.truncate(0)
            at = part.stat().st_size
            while at < found.byte_size and (chunk := await self._soon(source.read(min(_CHUNK, found.byte_size - at), at))):
                target.write(chunk)
                target.flush()
                at += len(chunk)

    async def _soon(self, question: Coroutine[Any, Any, Any]) -> Any:
        return await asyncio.wait_for(question, self._timeout)

    def _ask(self, question: Coroutine[Any, Any, Answer], *, within: float | None = 10.0) -> Answer:
        """Run it to its end, or give up; every failure is said in words."""
        try:
            return self._loop.run_until_complete(asyncio.wait_for(question, within))
        except (PlaceFailed, FileFailed, StillGrowing):
            raise
        except Exception as error:
            raise self._in_words(error) from error

    def _in_words(self, error: Exception) -> PlaceFailed | FileFailed:
        server = f"{self._login.host}:{self._login.port}"
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            return PlaceFailed(self._key_words(server))
        if isinstance(error, asyncssh.PermissionDenied):
            return PlaceFailed(f"{server} does not let {self._login.username} in: the name, password or key is wrong.")
        if isinstance(error, asyncssh.KeyImportError):
            return PlaceFailed("Our private key can't be read: it must be PEM or OpenSSH text without a passphrase.")
        if isinstance(error, asyncssh.SFTPNoSuchFile):
            return PlaceFailed(f"{server} has no directory {self._directory}, or a file went away: {error.reason}.")
        if isinstance(error, TimeoutError):
            return PlaceFailed(f"{server} did not answer within {self._timeout:g} s.")
        if isinstance(error, asyncssh.SFTPError) and not isinstance(error, (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection)):
            return FileFailed(f"{server} refuses: {error.reason}")
        return PlaceFailed(f"The connection to {server} failed or broke: {str(error) or type(error).__name__}.")

    def _key_words(self, server: str) -> str:
        shown = self._shown[-1] if self._shown else "a key of a kind we don't take"
        if not self._login.host_key:
            return f"{server} shows the key {shown}, and none is set here. Compare it with what its owner says, then set it."
        return f"{server} shows the key {shown}, not {self._login.host_key}. Nothing was sent. Ask its owner before you set a new one."


def _found(name: str, facts: Any) -> Found:
    return Found(name, int(facts.size or 0), datetime.fromtimestamp(int(facts.mtime or 0), UTC))
