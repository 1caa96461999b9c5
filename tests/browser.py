"""A headless Chromium, told what to do through its debugging protocol; only for tests."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 240


@dataclass
class Visit:
    """What a page asked for and answered.

    ``asked`` holds every address requested, by the page and its frames; ``told`` the console's
    errors; ``answers`` the values of the expressions.
    """

    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)


def visit(path: Path, expressions: list[str], width: int = 1440, height: int = 900) -> Visit:
    """Open a file in Chromium and evaluate expressions in it; skip where there is no Chromium."""
    command = next((found for name in NAMES if (found := shutil.which(name))), None)
    if command is None:
        pytest.skip("no Chromium on this machine")
    websocket = pytest.importorskip("websocket", reason="websocket-client is not installed")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [command, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--disable-background-networking", "--remote-debugging-port=0",
             "--remote-allow-origins=*", f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            socket = websocket.create_connection(_page(Path(profile)), timeout=PATIENCE)
            return _look(socket, path, expressions, width, height)
        finally:
            process.terminate()
            process.wait()


def _page(profile: Path) -> str:
    """Return the address of the page's socket, once the browser listens."""
    port_file = profile / "DevToolsActivePort"
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if port_file.exists() and "\n" in port_file.read_text():
            port = port_file.read_text().split()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                pages = [page for page in json.load(answer) if page["type"] == "page"]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
        time.sleep(0.1)
    pytest.skip("Chromium does not start on this machine")


def _look(socket: Any, path: Path, expressions: list[str], width: int, height: int) -> Visit:
    seen: list[dict[str, Any]] = []
    calls = 0

    def call(method: str, **parameters: Any) -> dict[str, Any]:
        nonlocal calls
        calls += 1
        socket.send(json.dumps({"id": calls, "method": method, "params": parameters}))
        while True:
            message: dict[str, Any] = json.loads(socket.recv())
            if message.get("id") == calls:
                return message
            seen.append(message)

    for domain in ("Network", "Page", "Log", "Runtime"):
        call(f"{domain}.enable")
    call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
         mobile=False)  # fmt: skip
    call("Page.navigate", url=path.resolve().as_uri())
    while not any(message.get("method") == "Page.loadEventFired" for message in seen):
        seen.append(json.loads(socket.recv()))
    found = Visit()
    for expression in expressions:
        answer = call("Runtime.evaluate", expression=expression, awaitPromise=True,
                      returnByValue=True)  # fmt: skip
        found.answers.append(answer["result"]["result"].get("value"))
    for message in seen:
        if message.get("method") == "Network.requestWillBeSent":
            found.asked.append(message["params"]["request"]["url"])
        if message.get("method") == "Log.entryAdded":
            found.told.append(message["params"]["entry"]["text"])
        if message.get("method") == "Runtime.exceptionThrown":
            found.told.append(json.dumps(message["params"]["exceptionDetails"]))
    socket.close()
    return found
