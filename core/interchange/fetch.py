"""Downloading a file from an address that a person gives: bounded, and never into a network it was not given for."""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from core.errors import UserError

MAX_BYTES = 100_000_000
MAX_SECONDS = 60.0
WAIT_SECONDS = 10.0
MAX_REDIRECTS = 5
MAX_ADDRESS = 2000
CHUNK = 1 << 16
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_FAULTS = (OSError, http.client.HTTPException, ValueError)  # OSError: also timeouts, TLS and unknown hosts


@dataclass(frozen=True)
class Limits:
    """The most bytes and seconds that one file may take, redirects included."""

    size: int = MAX_BYTES
    seconds: float = MAX_SECONDS


class Missing(UserError):
    """The server has no such file."""


def fetch(address: str, limits: Limits | None = None) -> bytes:
    """What lies at `address`: https anywhere, http on this computer alone. A redirect is followed only to where the
    whole internet may go: https at a public address, or the very host that was given. The names are resolved once and
    that address is connected to, so a name cannot change its meaning between the check and the call. No cookies, no
    proxy, no credentials. Raises Missing for a 404, UserError for everything else that goes wrong."""
    limits = limits or Limits()
    given, ends = _checked(address, None), time.monotonic() + limits.seconds
    here = given
    for _ in range(MAX_REDIRECTS + 1):
        try:
            found = _asked(here, given, limits, ends)
        except _FAULTS as error:
            reason = _reason(error if time.monotonic() < ends else TimeoutError())
            raise UserError(f"{_shown(here)} cannot be read ({reason}).") from error
        if isinstance(found, bytes):
            return found
        here = _checked(urljoin(here.geturl(), found), given)
    raise UserError(f"{_shown(given)} redirects more than {MAX_REDIRECTS} times.")


def _checked(address: str, given: SplitResult | None) -> SplitResult:
    """The address in its parts; raises UserError when it may not be called at all."""
    try:
        parts = urlsplit(address.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise UserError(f"{address[:80]!r} is no address of the web.") from error
    if not host or len(address) > MAX_ADDRESS or parts.username is not None or not address.isprintable():
        raise UserError(f"{address[:80]!r} is no address of the web: write one such as https://example.org/data/.")
    local = parts.scheme == "http" and _loopback_name(host)
    if parts.scheme != "https" and not local:
        raise UserError(f"{_shown(parts)}: only https is called (http on this computer alone).")
    if given is not None and local and not _same(parts, given):
        raise UserError(f"{_shown(given)} redirects to {_shown(parts)} on this computer; that is not followed.")
    return parts


def _asked(here: SplitResult, given: SplitResult, limits: Limits, ends: float) -> bytes | str:
    """What lies there, or the address that it redirects to."""
    host, port = here.hostname or "", here.port or (443 if here.scheme == "https" else 80)
    place = _resolved(host, port, must_be_public=not _same(here, given), must_be_loopback=here.scheme == "http")
    with _plugged(place, host if here.scheme == "https" else "", ends) as plug:
        call = http.client.HTTPConnection(host, port)
        call.sock = plug
        call.putrequest("GET", (here.path or "/") + (f"?{here.query}" if here.query else ""), skip_host=True)
        for name, told in (("Host", here.netloc), ("User-Agent", "polycompass"), ("Connection", "close")):
            call.putheader(name, told)
        call.endheaders()
        with call.getresponse() as response:
            return _answer(response, here, limits, ends)


@contextmanager
def _plugged(place: tuple[str, int], tls_name: str, ends: float) -> Iterator[socket.socket]:
    """A connection that is cut off at the end of the time, however slowly the other side drips."""
    with socket.create_connection(place, timeout=_left(ends)) as plain:
        plug = ssl.create_default_context().wrap_socket(plain, server_hostname=tls_name) if tls_name else plain
        cut = threading.Timer(max(0.0, ends - time.monotonic()), _cut, [plug])
        cut.daemon = True
        cut.start()
        try:
            with plug:
                yield plug
        finally:
            cut.cancel()


def _cut(plug: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(plug, socket.SHUT_RDWR)


def _answer(response: http.client.HTTPResponse, here: SplitResult, limits: Limits, ends: float) -> bytes | str:
    if response.status in (301, 302, 303, 307, 308):
        target = response.getheader("Location")
        if not target:
            raise UserError(f"{_shown(here)} redirects to nowhere.")
        return target
    if response.status in (404, 410):
        raise Missing(f"{_shown(here)} does not exist (HTTP {response.status}).")
    if response.status != 200:
        raise UserError(f"{_shown(here)} answered HTTP {response.status}.")
    return _body(response, here, limits, ends)


def _resolved(host: str, port: int, must_be_public: bool, must_be_loopback: bool) -> tuple[str, int]:
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    known = [ipaddress.ip_address(each.partition("%")[0]) for each in found]
    if must_be_loopback and not all(each.is_loopback for each in known):
        raise UserError(f"{host} is not this computer; only https is called elsewhere.")
    if must_be_public and not all(_public(each) for each in known):
        raise UserError(f"A redirect leads to {host}, which is no public address; that is not followed.")
    return found[0], port


def _public(address: "ipaddress.IPv4Address | ipaddress.IPv6Address") -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return _public(inner)
    return address.is_global and not address.is_multicast


def _body(response: http.client.HTTPResponse, here: SplitResult, limits: Limits, ends: float) -> bytes:
    told = response.getheader("Content-Length", "")
    expected = int(told) if told.isdecimal() and len(told) < 16 else None
    parts, size = [], 0
    while max(size, expected or 0) <= limits.size and (part := response.read1(CHUNK)):
        parts.append(part)
        size += len(part)
        _left(ends)
    if max(size, expected or 0) > limits.size:
        raise UserError(f"{_shown(here)} is larger than {limits.size:,} bytes, the most that is downloaded.")
    _left(ends)
    if expected is not None and size != expected:
        raise UserError(f"{_shown(here)} broke off after {size:,} of {expected:,} bytes.")
    return b"".join(parts)


def _left(ends: float) -> float:
    """Seconds that one step may still take."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return min(left, WAIT_SECONDS)


def _same(one: SplitResult, other: SplitResult) -> bool:
    return (one.scheme, one.hostname, one.port) == (other.scheme, other.hostname, other.port)


def _loopback_name(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(parts: SplitResult) -> str:
    """The address without its query, which may hold a secret."""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:200]


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, socket.gaierror):
        return "no such host"
    return str(error)[:100] or type(error).__name__
