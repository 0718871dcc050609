"""What the tests share: real hubs, small MCP servers, hubs that misbehave, and waiting for conditions."""

from __future__ import annotations

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Tuple, TypeVar
from urllib.request import ProxyHandler, Request, build_opener

ROOT = Path(__file__).resolve().parents[3]
CLIENT = ROOT / "clients" / "python"
sys.path.insert(0, str(CLIENT))

import mcp_hub as mcp_hub  # is found only now, so the tests have it from here

Found = TypeVar("Found")

#: Numbers that make leases quick enough to watch.
QUICK = {
    "MCP_HUB_HEARTBEAT_MS": "300",
    "MCP_HUB_LEASE_MIN_MS": "500",
    "MCP_HUB_LEASE_TTL_MS": "1000",
    "MCP_HUB_DOWN_AFTER_MS": "3000",
    "MCP_HUB_SWEEP_MS": "200",
    "MCP_HUB_PROBE_UP_MS": "1000",
    "MCP_HUB_PROBE_FAILING_MS": "300",
    "MCP_HUB_PROBE_TIMEOUT_MS": "1500",
}


def until(what: str, look: Callable[[], Optional[Found]], within: float = 120.0) -> Found:
    """Looks again and again until there is something, and says what was waited for when it does not come."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within} s in vain for: {what}")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def environment(**more: str) -> Dict[str, str]:
    """That of a person who has set nothing for a hub."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MCP_HUB_")}
    return {**kept, "PYTHONPATH": str(CLIENT), "PYTHONDONTWRITEBYTECODE": "1", **more}


class HubProcess:
    """The real hub on a real file, in a process of its own."""

    def __init__(self, port: Optional[int] = None, **settings: str) -> None:
        self.port = port if port is not None else free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = tempfile.mkdtemp(prefix="mcp-hub-python-")
        self._settings = {"LOG_FORMAT": "json", **QUICK, **settings}
        self._process: Optional["subprocess.Popen[bytes]"] = None
        self.start()

    def start(self) -> None:
        program = ["node", str(ROOT / "apps" / "hub" / "dist" / "main.js")]
        place = {"MCP_HUB_PORT": str(self.port), "MCP_HUB_DATA_DIR": self._folder}
        with open(os.path.join(self._folder, "log"), "ab") as log:
            self._process = subprocess.Popen(
                program, env=environment(**self._settings, **place), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until(f"the hub at {self.url} to be ready", lambda: self._is_ready())

    def _is_ready(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            log = Path(self._folder, "log").read_text(encoding="utf-8")
            raise AssertionError(f"the hub has ended with code {self._process.returncode}:\n{log[-2000:]}")
        try:
            return self.get("/readyz").get("status") == "ready"
        except OSError:
            return False

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def get(self, path: str) -> Dict[str, Any]:
        request = Request(self.url + path, headers={"accept": "application/json"})
        with build_opener(ProxyHandler({})).open(request, timeout=10) as response:
            answer: Dict[str, Any] = json.loads(response.read())
            return answer

    def delete(self, path: str) -> None:
        build_opener(ProxyHandler({})).open(Request(self.url + path, method="DELETE"), timeout=10).close()

    def servers(self, query: str = "") -> List[Dict[str, Any]]:
        listed: List[Dict[str, Any]] = self.get(f"/servers{query}")["servers"]
        return listed

    def status(self, server_id: str) -> Optional[str]:
        return next((str(one["status"]) for one in self.servers() if one["id"] == server_id), None)

    def until_status(self, server_id: str, status: str) -> None:
        until(f"{server_id} to be {status}", lambda: self.status(server_id) == status)

    def lease(self, server_id: str) -> Optional[Dict[str, Any]]:
        """The lease of the only instance of a server."""
        instances = self.get(f"/servers/{server_id}")["instances"]
        lease: Optional[Dict[str, Any]] = instances[0].get("lease") if instances else None
        return lease

    def events(self, kind: str) -> List[Dict[str, Any]]:
        return [one for one in self.get("/events?limit=1000")["events"] if one["kind"] == kind]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


class _McpHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "McpServer"

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if "id" not in message:
            self._send(202, b"")
            return
        results: Dict[str, Any] = {
            "initialize": {
                "protocolVersion": "2025-11-25",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": self.server.name, "version": "1.0.0"},
            },
            "tools/list": {"tools": self.server.tools},
            "tools/call": {"content": [{"type": "text", "text": f"{self.server.name} says hello"}]},
            "ping": {},
        }
        method = message["method"]
        if method in results:
            answer = {"jsonrpc": "2.0", "id": message["id"], "result": results[method]}
        else:
            answer = {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "Method not found"}}
        self._send(200, json.dumps(answer).encode())

    def do_GET(self) -> None:
        self._send(405, b"")

    do_DELETE = do_GET

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class McpServer(_Server):
    """A small MCP server of the 2025 revision, in this process."""

    def __init__(self, name: str, *tools: Tuple[str, str], port: int = 0, host: str = "127.0.0.1") -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _McpHandler)
        self.name = name
        self.port = int(self.server_address[1])
        self.tools = [
            {"name": tool, "description": words, "inputSchema": {"type": "object"}} for tool, words in tools
        ]
        self.url = f"http://127.0.0.1:{self.port}/mcp"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # as uvicorn does
        super().server_bind()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class Came(Dict[str, Any]):
    """What came to a hub of a test: method, path, headers (in lower case), body."""


class _FakeHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "FakeHub"

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        text = self.rfile.read(length).decode()
        request = Came(
            method=self.command,
            path=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=json.loads(text) if text else None,
        )
        with self.server.lock:
            self.server.requests.append(request)
        self.close_connection = True
        try:
            self.server.reply(self, request)
        except OSError:
            pass  # the client has gone

    do_GET = do_POST = do_PUT = do_DELETE = do_CONNECT = _serve

    def send(self, status: int, body: Any, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content_type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


Reply = Callable[[_FakeHandler, Came], None]


def always(status: int, body: Any) -> Reply:
    """The same answer to everything."""
    return lambda handler, request: handler.send(status, body)


class FakeHub(_Server):
    """Answers as a test tells it, and remembers what came."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(("127.0.0.1", 0), _FakeHandler)
        self.reply = reply
        self.lock = threading.Lock()
        self.requests: List[Came] = []
        self.port = int(self.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def came(self, method: str) -> List[Came]:
        with self.lock:
            return [one for one in self.requests if one["method"] == method]

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


def granted(lease_id: str = "lease-1", heartbeat_ms: int = 250, **more: Any) -> Dict[str, Any]:
    """What a hub answers to a registration."""
    return {
        "server": {"id": "one", "name": "One"},
        "instance": {"id": "i"},
        "lease": {"id": lease_id, "ttlMs": 1_000, "heartbeatMs": heartbeat_ms},
        "warnings": [],
        **more,
    }


class Lines(logging.Handler):
    """The lines of the logger `mcp_hub`, as they would be printed."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: List[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname}: {self.format(record)}")

    def holding(self, text: str) -> List[str]:
        return [line for line in list(self.lines) if text in line]


class HubTest(unittest.TestCase):
    """Closes what a test opened, and keeps what was logged."""

    def setUp(self) -> None:
        self.log = Lines()
        logger = logging.getLogger("mcp_hub")
        level, propagates = logger.level, logger.propagate
        logger.addHandler(self.log)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False

        def back() -> None:
            logger.removeHandler(self.log)
            logger.setLevel(level)
            logger.propagate = propagates

        self.addCleanup(back)
        saved = dict(os.environ)

        def restore() -> None:
            os.environ.clear()
            os.environ.update(saved)

        self.addCleanup(restore)
        for name in list(os.environ):
            if name.startswith("MCP_HUB_"):
                del os.environ[name]

    def hub(self, **settings: str) -> HubProcess:
        hub = HubProcess(None, **settings)
        self.addCleanup(hub.stop)
        return hub

    def fake(self, reply: Reply) -> FakeHub:
        hub = FakeHub(reply)
        self.addCleanup(hub.stop)
        return hub

    def server(self, name: str = "One", *tools: Tuple[str, str]) -> McpServer:
        server = McpServer(name, *tools)
        self.addCleanup(server.stop)
        return server

    def register(self, name: str, endpoint: str, **options: Any) -> mcp_hub.Registration:
        registration = mcp_hub.register(name, endpoint, **options)
        self.addCleanup(registration.close)
        return registration

    def program(self, source: str, **settings: str) -> "subprocess.Popen[str]":
        """A Python program of its own; what it prints and logs comes together."""
        process = subprocess.Popen(
            [sys.executable, "-c", source],
            env=environment(**settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

        def end() -> None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

        self.addCleanup(end)
        return process
