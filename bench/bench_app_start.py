"""How long the app takes to start, against a page that only says hello, so that the machine's speed divides out.

    python -m bench.bench_app_start

`server healthy`: from the command to an answering server. `first page`: a fresh process imports Streamlit and runs the
script once, with an empty store. Each is the median of 3 starts. Also says whether the first page has loaded litellm,
which takes seconds and must wait until a hosted model is asked; if so, the exit code is 1.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from core.paths import ROOT

STARTS = 3
PATIENCE_S = 60
HELLO = 'import streamlit as st\nst.title("Hello")\n'
_RUN_ONCE = """
import sys, time
start = time.perf_counter()
from streamlit.testing.v1 import AppTest
app = AppTest.from_file(sys.argv[1], default_timeout=60).run()
assert not app.exception, app.exception
print(time.perf_counter() - start, "litellm" in sys.modules)
"""


def environment(folder: Path) -> dict[str, str]:
    """A store of its own for each start, so that the app starts empty."""
    store = tempfile.mkdtemp(dir=folder)
    return {**os.environ, "POLYCOMPASS_STORE": str(Path(store) / "store.duckdb"), "PYTHONPATH": str(ROOT)}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def healthy(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def server_start(script: Path, folder: Path) -> float:
    """Seconds from `streamlit run` to a healthy server, which is then ended."""
    port, start = free_port(), time.perf_counter()
    options = [f"--server.port={port}", "--server.headless=true", "--browser.gatherUsageStats=false"]
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
    env, quiet = environment(folder), subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=quiet, stderr=quiet) as server:
        try:
            while not healthy(port):
                if server.poll() is not None or time.perf_counter() - start > PATIENCE_S:
                    raise SystemExit(f"streamlit run {script.name} did not become healthy")
                time.sleep(0.02)
            return time.perf_counter() - start
        finally:
            server.terminate()


def first_page(script: Path, folder: Path) -> tuple[float, bool]:
    """Seconds of a fresh process to the end of the script's first run, and whether litellm was loaded."""
    command = [sys.executable, "-c", _RUN_ONCE, str(script)]
    done = subprocess.run(command, cwd=ROOT, env=environment(folder), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{script.name} failed:\n{done.stderr}")
    seconds, loaded = done.stdout.split()[-2:]
    return float(seconds), loaded == "True"


def main() -> None:
    app = ROOT / "app.py"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hello = folder / "hello.py"
        hello.write_text(HELLO)
        first_page(hello, folder)  # warms the disk's cache
        served, paged, litellm = {}, {}, False
        for script in (hello, app):
            served[script] = statistics.median(server_start(script, folder) for _ in range(STARTS))
            runs = [first_page(script, folder) for _ in range(STARTS)]
            paged[script] = statistics.median(seconds for seconds, _ in runs)
            litellm = any(loaded for _, loaded in runs)
    for what, times in (("server healthy", served), ("first page", paged)):
        ratio = times[app] / times[hello]
        print(f"{what:<15} app {times[app]:5.2f} s   hello {times[hello]:5.2f} s   ratio {ratio:4.2f}")
    print(f"litellm loaded by the first page: {'YES, it must not be' if litellm else 'no'}")
    raise SystemExit(int(litellm))


if __name__ == "__main__":
    main()
