"""The app as a person meets it: a server of its own, and browser tabs in which nothing untoward happens."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, WebSocket, expect

from core.paths import ROOT

SCREENSHOTS = ROOT / "screenshots"
WAIT_MS = 60_000
START_S = 90.0
LOCAL = re.compile(r"^(data:|blob:|about:|(http|ws)://127\.0\.0\.1[:/])")
# On a deep link the page looks for its server beside itself first: a 404 of Streamlit's own.
HARMLESS = re.compile(r"^http://127\.0\.0\.1:\d+/[^/]+/_stcore/(health|host-config)$")
# On the first visit of all a deep link is taken for lost, logged so, and loaded again: pages/shared/first_visit.py.
FALSE_ALARM = "The page that you have requested does not seem to exist."
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"


class Server:
    """`streamlit run app.py` on a store of its own and a free port of this machine."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.log = store.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self._port)]
        environment = {**os.environ, "POLYCOMPASS_STORE": str(self.store)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        end = time.monotonic() + START_S
        while not self._healthy():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"The server did not start:\n{self.log.read_text()}")
            time.sleep(0.1)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End this server's own process, with SIGKILL as in a crash."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def faults(self) -> list[str]:
        """What the server logged that a person's visit should not cause."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return [f"server log:\n{text[-4000:]}"] if "Traceback" in text else []

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=2) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False


class Tabs:
    """Tabs of separate browser sessions. `faults` lists every request to another machine, every error in a console and
    every dialog that opened in one of them."""

    def __init__(self, browser: Browser) -> None:
        self.faults: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def open(self, url: str, width: int = 1440, **options: Any) -> Page:
        """A tab of a new session at `url`, once the page has drawn itself."""
        context = self._browser.new_context(viewport={"width": width, "height": 1000}, **options)
        context.set_default_timeout(WAIT_MS)
        self._contexts.append(context)
        context.on("request", self._on_request)
        context.on("console", self._on_console)
        context.on("weberror", lambda found: self.faults.append(f"script error: {found.error}"))
        page = context.new_page()
        page.on("websocket", self._on_websocket)
        page.on("dialog", self._on_dialog)
        page.goto(url)
        ready(page)
        return page

    def close(self) -> None:
        """Close every tab, as before the server goes away."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def _on_request(self, request: Request) -> None:
        if not LOCAL.match(request.url):
            self.faults.append(f"request to {request.url}")

    def _on_websocket(self, socket: WebSocket) -> None:
        if not LOCAL.match(socket.url):
            self.faults.append(f"web socket to {socket.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        known = HARMLESS.match(message.location["url"]) or message.text.startswith(FALSE_ALARM)
        if message.type == "error" and not known:
            self.faults.append(f"console: {message.text} ({message.location['url']})")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()


def ready(page: Page) -> None:
    """Wait until the page has a heading and its script rests."""
    page.locator("h1").first.wait_for()
    settle(page)


def settle(page: Page) -> None:
    """Wait until the script has begun, if it will, and rests again."""
    page.wait_for_timeout(400)
    page.wait_for_selector(SETTLED)


def go(page: Page, name: str) -> None:
    """Follow a link of the navigation."""
    link = page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True)
    address = re.escape(link.get_attribute("href") or "")
    link.click()
    expect(page).to_have_url(re.compile(rf"^{address}(\?|$)"))
    settle(page)
    ready(page)


def choose(page: Page, label: str, option: str) -> None:
    """Pick one option of a select box, or add one to a multiselect, by typing."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    box.fill(option)
    page.get_by_role("option").filter(has_text=option).first.click()
    page.wait_for_timeout(200)
    if box.get_attribute("aria-expanded") == "true":  # a multiselect stays open; Escape in a closed box would clear it
        page.keyboard.press("Escape")
    settle(page)


def ranked(page: Page) -> list[str]:
    """The models from best to worst, as the ranking orders them: a figure, but on the Profile page a component."""
    page.locator(".js-plotly-plot .ytick text, .weighing .name").first.wait_for()
    rows = page.locator(".weighing .name")
    if rows.count():
        return rows.all_text_contents()
    return page.locator(".js-plotly-plot .ytick text").all_text_contents()[::-1]


def screenshot(page: Page, name: str) -> None:
    """The whole page in screenshots/NAME.png: the window grows to the height of what it shows."""
    SCREENSHOTS.mkdir(exist_ok=True)
    size = page.viewport_size or {"width": 1440, "height": 1000}
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(int(height), size["height"])})
    page.wait_for_timeout(300)
    page.screenshot(path=str(SCREENSHOTS / f"{name}.png"))
    page.set_viewport_size(size)
