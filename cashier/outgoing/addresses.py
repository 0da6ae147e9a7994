"""Which addresses we may call: the public internet over TLS, nothing of our own network (A8).

A name is looked up once, and the connection goes to the very address that was judged: a name that answers differently a moment
later gains nothing.
"""

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """This address is not called."""


def check_url(url: str) -> None:
    """Raise AddressRefused for what can't be an endpoint, whatever its name resolves to: judged when it is asked for."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("This is no address.") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.DEBUG):
        raise AddressRefused("An endpoint is called over https only.")
    if not parts.hostname or parts.username or parts.password or parts.fragment or port == 0:
        raise AddressRefused("An address has a host, and no user, password or fragment.")
    if not url.isascii() or any(sign <= " " for sign in url):
        raise AddressRefused("An address is of plain ASCII: names and paths are encoded.")
    try:
        ip = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return
    require_public(ip)


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, every one of them judged. Raises AddressRefused, OSError where it is not found."""
    found = list(dict.fromkeys(str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    for text in found:
        require_public(ipaddress.ip_address(text.partition("%")[0]))
    return found


def require_public(address: Address) -> None:
    """Raise AddressRefused for private, loopback, link-local, multicast and other special addresses, unless settings allow its network."""
    inner = _inner(address)
    if any(inner in network for network in _allowed() if network.version == inner.version):
        return
    if not inner.is_global or inner.is_multicast or inner.is_reserved:
        raise AddressRefused(f"{address} is not an address of the public internet.")


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for (mapped, 6to4, Teredo, NAT64), else itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)
    return address


def _allowed() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(text) for text in settings.OUTGOING_ALLOWED_NETWORKS]
