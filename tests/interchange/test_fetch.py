"""Downloads: bounded in size and time, and never led into a network they were not given for."""

import ipaddress
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from compass_copy import file, scored

from core.errors import UserError
from core.interchange import fetch as fetching
from core.interchange.compass_address import is_address, read_address
from core.interchange.fetch import Limits, Missing, fetch

REDIRECTS = {
    "/private": "http://10.0.0.7/x",
    "/metadata": "https://169.254.169.254/latest",
    "/secret-port": "http://127.0.0.1:1/x",
    "/disk": "file:///etc/passwd",
    "/plain": "http://example.org/x",
    "/round": "/round",
    "/moved": "/data/ok",
    "/nowhere": "",
    "/mapped": "https://[::ffff:10.0.0.7]/x",
}
asked: list[str] = []


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked.append(self.path)
        if self.path in REDIRECTS:
            self.send_response(302)
            if REDIRECTS[self.path]:
                self.send_header("Location", REDIRECTS[self.path])
            self.end_headers()
        elif self.path.startswith("/data/"):
            self._send(file([scored("A", *range(10))]) if "Schwartz_scores" in self.path or "ok" in self.path else None)
        elif self.path == "/large":
            self.send_response(200)
            self.end_headers()
            for _ in range(64):
                self.wfile.write(b"x" * 65536)
        elif self.path == "/boast":
            self.send_response(200)
            self.send_header("Content-Length", str(10**9))
            self.end_headers()
        elif self.path == "/short":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"x" * 10)
        elif self.path == "/drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            for _ in range(100):
                self.wfile.write(b"y")
                self.wfile.flush()
                time.sleep(0.05)
        else:
            self.send_error(500)

    def _send(self, body: bytes | None) -> None:
        if body is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients hang up here
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_on_this_computer_is_read_and_a_redirect_within_the_host_followed(site: str) -> None:
    assert fetch(f"{site}/data/ok") == fetch(f"{site}/moved") == file([scored("A", *range(10))])
    with pytest.raises(Missing, match="HTTP 404"):
        fetch(f"{site}/data/none")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/private", "only https is called"),
        ("/metadata", "no public address"),
        ("/mapped", "no public address"),
        ("/secret-port", "on this computer; that is not followed"),
        ("/disk", "only https is called|no address of the web"),
        ("/plain", "only https is called"),
        ("/round", "more than 5 times"),
        ("/nowhere", "redirects to nowhere"),
        ("/fault", "HTTP 500"),
    ],
)
def test_redirects_into_other_networks_are_not_followed(site: str, path: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        fetch(site + path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/large", "larger than 100,000 bytes"),
        ("/boast", "larger than"),
        ("/short", "broke off after 10 of 100|cannot be read"),
    ],
)
def test_what_is_too_large_or_cut_short_is_refused(site: str, path: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        fetch(site + path, Limits(size=100_000))


def test_a_server_that_drips_is_cut_off_in_time(site: str) -> None:
    start = time.monotonic()
    with pytest.raises(UserError, match="it took too long"):
        fetch(f"{site}/drip", Limits(seconds=0.3))
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    "address",
    [
        *("http://example.org/", "ftp://example.org/", "file:///etc/passwd", "https://", "nonsense", "//example.org"),
        *("https://user:pass@example.org/", "http://10.0.0.7/", "http://[fe80::1]/", "https://example.org:99999/"),
        *("https://example.org/\r\nX: y", "http://127.0.0.1.example.org/", "http://2130706433/"),
    ],
)
def test_only_https_or_http_on_this_computer_is_called(address: str) -> None:
    with pytest.raises(UserError, match=r"only https is called|no address of the web"):
        fetch(address)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *(("93.184.215.14", True), ("2606:2800:21f::1", True), ("10.1.2.3", False), ("127.0.0.1", False)),
        *(("169.254.169.254", False), ("100.64.0.1", False), ("224.0.0.1", False), ("::1", False), ("fd00::1", False)),
        *(("::ffff:192.168.0.1", False), ("64:ff9b::a00:1", False), ("2002:a00:1::", False), ("0.0.0.0", False)),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert fetching._public(ipaddress.ip_address(address)) is public


def test_a_secret_in_the_query_is_not_repeated(site: str) -> None:
    with pytest.raises(UserError) as told:
        fetch(f"{site}/fault?token=hush")
    assert "hush" not in str(told.value)


def test_a_folder_at_an_address_is_asked_for_the_published_names_alone(site: str) -> None:
    asked.clear()
    (read,) = read_address(f"{site}/data/")
    assert {score.model for score in read.scores} == {"A"} and read.source == f"{site}/data/"
    assert len(asked) == 10 and all(path.startswith("/data/") for path in asked)
    (one,) = read_address(f"{site}/data/Schwartz_scores.json", measured="2025-02")
    assert one.hash == read.hash and one.measured == "2025-02"
    with pytest.raises(UserError, match="None of the site's files lies at"):
        read_address(f"{site}/data/MFT_scores.json")
    assert is_address("https://x") and not is_address(str(Path.home()))
