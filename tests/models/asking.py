"""Asking a hosted model in a test, by either of its clients."""

import asyncio
import subprocess
import sys
import textwrap

import pytest
from servers import Script, serve

from core.models.base import Message, ModelError, ModelSpec, Reply, Request
from core.models.litellm_model import LiteLLMModel
from core.models.openai_direct import DirectModel
from core.paths import ROOT

SECRET = "sk-test-0123456789abcdefSECRET"
HELLO = Request((Message("system", "Be kind."), Message("user", "hello")), max_tokens=9, seed=5)
Client = type[LiteLLMModel] | type[DirectModel]


def ask(
    loop: asyncio.Runner,
    client: Client,
    address: str | None,
    request: Request = HELLO,
    name: str = "openai/m",
    wait: float = 20,
) -> Reply:
    return loop.run(client(ModelSpec(name, address), timeout_s=wait).complete(request))


def fail(
    loop: asyncio.Runner, client: Client, behaviour: str | Script, name: str = "openai/m", wait: float = 20
) -> ModelError:
    """The failure to which the server's behaviour leads, after one call."""
    with serve(behaviour) as server, pytest.raises(ModelError) as caught:
        ask(loop, client, server.address, name=name, wait=wait)
    assert server.count == 1, "one request is one call"
    assert_readable(caught.value, name)
    return caught.value


def assert_readable(failure: ModelError, name: str) -> None:
    text = str(failure)
    assert text.startswith(name) and text.endswith(".") and "\n" not in text and len(text) < 600
    assert SECRET not in text and "Traceback" not in text and "litellm." not in text
    assert failure.__cause__ is None and failure.__context__ is None  # where the original, with a key, would be logged


def run(code: str) -> str:
    """What a fresh process prints that cannot reach beyond this machine and lists the attempts in `tried`. It must
    print nothing to the standard error."""
    watch = """
        import socket, sys
        tried = []
        def watched(self, address, real=socket.socket.connect):
            if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
                tried.append(address)
                raise OSError("no network in this test")
            return real(self, address)
        socket.socket.connect = socket.socket.connect_ex = watched
        def looked_up(host, *args, real=socket.getaddrinfo, **named):
            if host not in ("127.0.0.1", "localhost", "::1", None):
                tried.append(host)
                raise OSError("no network in this test")
            return real(host, *args, **named)
        socket.getaddrinfo = looked_up
    """
    source = textwrap.dedent(watch) + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()
