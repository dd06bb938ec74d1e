"""One HTTP session for each event loop, shared by every model asked on it, and closed when the loop ends."""

import asyncio
import atexit
import contextlib
import importlib
import os
import ssl
from collections.abc import AsyncGenerator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import ClientSession

DNS_S = 300

_sessions: dict[asyncio.AbstractEventLoop, "ClientSession"] = {}
_keepers: dict[asyncio.AbstractEventLoop, AsyncGenerator[None, None]] = {}


async def session() -> "ClientSession":
    """The running loop's session: no limit of connections, no cookies, no timeout of its own.

    It is closed by `close`, or with the loop where that ends as `asyncio.run` ends it, or when the process does.
    """
    loop = asyncio.get_running_loop()
    if loop not in _sessions:
        certificates = await asyncio.to_thread(_prepare)
        if loop not in _sessions:
            _forget_closed_loops()
            # A loop ends the asynchronous generators begun on it before it closes: the session's way to hear of it.
            _keepers[loop] = _keeper(loop, certificates)
            await anext(_keepers[loop])
    return _sessions[loop]


async def close() -> None:
    """Close the running loop's session, if there is one. Calls under way on it fail; the next call opens another."""
    keeper = _keepers.get(asyncio.get_running_loop())
    if keeper is not None:
        await keeper.aclose()


async def _keeper(loop: asyncio.AbstractEventLoop, certificates: ssl.SSLContext) -> AsyncGenerator[None, None]:
    import aiohttp

    connector = aiohttp.TCPConnector(limit=0, ttl_dns_cache=DNS_S, ssl=certificates)
    none = aiohttp.ClientTimeout(total=None, sock_connect=None)
    opened = aiohttp.ClientSession(connector=connector, timeout=none, cookie_jar=aiohttp.DummyCookieJar())
    _sessions[loop] = opened
    try:
        yield
    finally:
        _sessions.pop(loop, None)
        _keepers.pop(loop, None)
        await opened.close()


@cache
def _prepare() -> ssl.SSLContext:
    """Load aiohttp, which takes a while, and the certificates to trust: the system's and, unless the environment names
    others, those of `certifi`, as some Pythons come without the system's."""
    importlib.import_module("aiohttp")
    context = ssl.create_default_context()
    if not os.environ.get("SSL_CERT_FILE"):
        with contextlib.suppress(ImportError):
            context.load_verify_locations(importlib.import_module("certifi").where())
    return context


def _forget_closed_loops() -> None:
    for loop in [loop for loop in _sessions if loop.is_closed()]:
        # Driven by hand, as nothing runs on a closed loop: all that matters is that the session counts as closed.
        with contextlib.suppress(StopIteration, RuntimeError):
            _keepers[loop].aclose().send(None)


@atexit.register
def _close_all() -> None:
    """A process may end while its loop runs in a background thread, or stands still."""
    _forget_closed_loops()
    for loop in list(_sessions):
        with contextlib.suppress(Exception):
            if loop.is_running():
                asyncio.run_coroutine_threadsafe(close(), loop).result(2)
            else:
                loop.run_until_complete(close())
