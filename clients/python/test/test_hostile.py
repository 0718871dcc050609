"""Hubs that are slow, broken or hostile, and proxies: the program goes on, and no secret leaves."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
import unittest
from typing import Any, Dict

from support import FakeHub, HubTest, free_port, granted, mcp_hub, until

TOKEN = "mh_robot_" + "Aa1" * 14 + "Z"


class Nonsense(HubTest):
    ANSWERS: Dict[str, Any] = {
        "a page": lambda one: one.send(200, b"<html>hello</html>", content_type="text/html"),
        "nothing": lambda one: one.send(200, b""),
        "a list": lambda one: one.send(200, []),
        "half an answer": lambda one: one.send(200, {"server": {"id": "one"}}),
        "other types": lambda one: one.send(200, {"server": 7, "instance": "i", "lease": []}),
        "a lease that is none": lambda one: one.send(201, granted(lease_id="a b\r\nX: y")),
        "no UTF-8": lambda one: one.send(200, b"\xff\xfe{}"),
        "JSON without an end": lambda one: one.send(200, b"[" * 200_000),
        "too much": lambda one: one.send(200, b'{"a":"' + b"x" * 2_000_000 + b'"}'),
        "an MCP endpoint": lambda one: one.send(400, {"jsonrpc": "2.0", "id": None, "error": {}}),
        "a redirect": lambda one: one.send(307, b"", location="http://127.0.0.1:1/register"),
        "another site": lambda one: one.send(404, b"not found", content_type="text/plain"),
        "no HTTP": lambda one: one.wfile.write(b"SSH-2.0-OpenSSH\r\n"),
        "an empty line": lambda one: one.wfile.write(b"\r\n\r\n"),
        "the end": lambda one: None,
        "a fault": lambda one: one.send(500, {"code": "INTERNAL", "detail": "It broke"}),
        "a refusal": lambda one: one.send(422, {"code": "INVALID_REQUEST", "detail": 7, "errors": [1, {"pointer": 2}]}),
        "a wait that is none": lambda one: one.send(503, b"", retry_after="soon"),
    }

    def test_each_is_told_in_one_line_and_asked_again_for_ever(self) -> None:
        server = self.server()
        for what, answer in self.ANSWERS.items():
            with self.subTest(what):
                self.log.lines.clear()
                is_mended = threading.Event()

                def reply(handler: Any, request: Any, answer: Any = answer, is_mended: Any = is_mended) -> None:
                    if request["method"] == "POST" and not is_mended.is_set():
                        answer(handler)
                    else:
                        handler.send(200, granted())

                hub = self.fake(reply)
                registration = self.register("One", server.url, hub_url=hub.url)
                lines = until(f"a line on {what}", lambda: self.log.lines)
                self.assertIn(lines[0].split(":")[0], ("WARNING", "ERROR"), lines)
                self.assertNotIn("\n", lines[0])
                self.assertLess(len(lines[0]), 1_000)
                self.assertIn(registration.status, ("registering", "refused"))
                self.assertNotIn("Traceback", " ".join(self.log.lines))
                registration.close()

    def test_a_hub_that_breaks_off_is_away_and_asked_again_soon(self) -> None:
        server = self.server()

        def half(handler: Any, request: Any) -> None:
            handler.send_response(200)
            handler.send_header("content-length", "100")
            handler.end_headers()
            handler.wfile.write(b"{}")

        def nothing(handler: Any, request: Any) -> None:
            pass

        for answer in (half, nothing):
            hub = self.fake(answer)
            with self.assertRaises(mcp_hub.HubError) as caught:
                mcp_hub.Hub(hub.url).servers()
            self.assertEqual(caught.exception.code, "UNREACHABLE")
            registration = self.register("One", server.url, hub_url=hub.url)
            until("three tries", lambda: len(hub.came("POST")) >= 3)
            self.assertEqual(registration.status, "registering")

    def test_it_comes_back_by_itself_when_the_hub_is_mended(self) -> None:
        server, is_mended = self.server(), threading.Event()

        def reply(handler: Any, request: Any) -> None:
            if not is_mended.is_set():
                handler.send(500, b"<html>bad gateway</html>")
            else:
                handler.send(200, granted())

        hub = self.fake(reply)
        registration = self.register("One", server.url, hub_url=hub.url)
        until("three tries", lambda: len(hub.came("POST")) >= 3)
        self.assertEqual(len(self.log.lines), 1)
        is_mended.set()
        self.assertTrue(registration.wait(60))

    def test_heartbeats_that_get_nonsense_go_on(self) -> None:
        server = self.server()

        def reply(handler: Any, request: Any) -> None:
            if request["method"] == "PUT":
                handler.send(200, {"heartbeatMs": 0.001, "ttlMs": [], "more": "nonsense"})
            else:
                handler.send(200, granted())

        hub = self.fake(reply)
        self.register("One", server.url, hub_url=hub.url)
        until("five heartbeats", lambda: len(hub.came("PUT")) >= 5)


class Slowness(HubTest):
    def test_registering_never_waits_for_the_hub(self) -> None:
        server, gate = self.server(), threading.Event()
        self.addCleanup(gate.set)

        def hang(handler: Any, request: Any) -> None:
            gate.wait(60)

        hub = self.fake(hang)
        begin = time.monotonic()
        registrations = [self.register(f"Server {index}", server.url, hub_url=hub.url) for index in range(20)]
        # One after the other they would wait for 100 s.
        self.assertLess(time.monotonic() - begin, 60)
        until("a request to hang", lambda: hub.came("POST"))
        self.assertEqual({one.status for one in registrations}, {"registering"})

    def test_an_answer_in_drops_is_given_up_in_the_time_of_one_request(self) -> None:
        is_over = threading.Event()
        self.addCleanup(is_over.set)

        def drip(part: bytes) -> Any:
            def reply(handler: Any, request: Any) -> None:
                if part == b"x":
                    handler.send_response(200)
                    handler.send_header("content-length", "1000000")
                    handler.end_headers()
                else:
                    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
                while not is_over.wait(0.05):
                    handler.wfile.write(part)

            return reply

        for part in (b"x", b"x-more: 1\r\n"):
            hub = self.fake(drip(part))
            begin = time.monotonic()
            with self.assertRaises(mcp_hub.HubError) as caught:
                mcp_hub.Hub(hub.url, timeout=0.5).servers()
            self.assertIn(caught.exception.code, ("TIMEOUT", "NOT_A_HUB"))
            self.assertLess(time.monotonic() - begin, 60)


class Secrets(HubTest):
    def test_the_token_goes_to_the_hub_and_nowhere_else(self) -> None:
        server = self.server()
        elsewhere = self.fake(lambda handler, request: handler.send(200, {"servers": []}))

        def reply(handler: Any, request: Any) -> None:
            handler.send(307, b"", location=f"{elsewhere.url}{request['path']}")

        hub = self.fake(reply)
        os.environ.update(MCP_HUB_TOKEN=TOKEN, MCP_HUB_URL=hub.url)
        self.register("One", server.url, service_key="the-service-key")
        until("a line on the redirect", lambda: self.log.lines)
        with self.assertRaises(mcp_hub.HubError):
            mcp_hub.Hub().servers()
        self.assertEqual(elsewhere.requests, [])
        self.assertEqual({one["headers"]["authorization"] for one in hub.requests}, {f"Bearer {TOKEN}"})

    def test_no_secret_is_in_a_line_or_an_error_even_if_the_hub_says_it(self) -> None:
        server = self.server()

        def reply(handler: Any, request: Any) -> None:
            secrets = f"{request['headers'].get('authorization')} the-service-key lease-s3cret\nINJECTED"
            if request["method"] == "POST" and len(hub.came("POST")) == 1:
                handler.send(201, granted("lease-s3cret", warnings=[secrets]))
            elif request["method"] == "GET":
                finding = {"cause": secrets, "fix": secrets}
                instance = {"id": "i", "status": "unreachable", "endpoint": "http://a/", "problem": finding}
                handler.send(200, {"instances": [instance]})
            elif request["method"] == "PUT":
                handler.send(500 if len(hub.came("PUT")) < 3 else 404, {"code": "LEASE_UNKNOWN", "detail": secrets})
            else:
                handler.send(403, {"code": "FORBIDDEN", "detail": secrets})

        hub = self.fake(reply)
        registration = self.register("One", server.url, hub_url=hub.url, token=TOKEN, service_key="the-service-key")
        until("the refusal to be told", lambda: self.log.holding("Set MCP_HUB_TOKEN"))
        until("the finding to be told", lambda: self.log.holding("cannot reach"))
        registration.close()
        text = "\n".join(self.log.lines)
        for secret in (TOKEN, "the-service-key", "lease-s3cret"):
            self.assertNotIn(secret, text)
        self.assertEqual([line for line in text.split("\n") if line.startswith("INJECTED")], [])
        with self.assertRaises(mcp_hub.HubError) as caught:
            mcp_hub.Hub(self._refusing().url, token=TOKEN).servers()
        self.assertNotIn(TOKEN, str(caught.exception) + repr(caught.exception.detail))

    def test_a_token_that_may_only_register_is_not_asked_for_more_again_and_again(self) -> None:
        server = self.server()

        def reply(handler: Any, request: Any) -> None:
            if request["method"] == "GET":
                handler.send(403, {"code": "INSUFFICIENT_SCOPE", "detail": "This needs the right to read."})
            else:
                handler.send(200, granted())

        hub = self.fake(reply)
        self.register("One", server.url, hub_url=hub.url, token=TOKEN)
        until("the first look", lambda: hub.came("GET"))
        names = lambda: {thread.name for thread in threading.enumerate()}
        until("it to look no more", lambda: "mcp-hub-finding" not in names())
        self.assertEqual(len(hub.came("GET")), 1)

    def test_the_token_in_a_file_is_read_again_when_it_changes(self) -> None:
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        file = os.path.join(folder, "token")
        taken = {"token": TOKEN}

        def write(text: str) -> None:
            with open(f"{file}.new", "w", encoding="utf-8") as stream:
                stream.write(text)
            os.replace(f"{file}.new", file)

        def reply(handler: Any, request: Any) -> None:
            if request["headers"].get("authorization") != f"Bearer {taken['token']}":
                handler.send(401, {"code": "UNAUTHENTICATED", "detail": "No."})
            elif request["method"] == "POST":
                handler.send(201, granted())
            elif request["method"] == "PUT":
                handler.send(200, {"ttlMs": 750, "heartbeatMs": 250})
            else:
                handler.send(200, {"servers": []})

        hub, server = self.fake(reply), self.server()
        os.environ.update(MCP_HUB_TOKEN_FILE=file, MCP_HUB_URL=hub.url)
        asking = mcp_hub.Hub()
        with self.assertRaises(mcp_hub.HubError) as caught:
            asking.servers()
        self.assertEqual(caught.exception.code, "NO_TOKEN")
        self.assertIn(f"MCP_HUB_TOKEN_FILE: {file} cannot be read", str(caught.exception))
        registration = self.register("One", server.url)
        until("the missing file to be told", lambda: self.log.holding("there is no token for the hub"))
        self.assertEqual(hub.requests, [])

        write(f"{TOKEN}\n")
        self.assertTrue(registration.wait(60))
        self.assertEqual(asking.servers(), [])
        taken["token"] = f"{TOKEN}2"
        write(taken["token"])
        self.assertEqual(asking.servers(), [])
        beats = len(hub.came("PUT"))
        until("a beat with the new one", lambda: len(hub.came("PUT")) > beats + 1)
        self.assertEqual(hub.came("PUT")[-1]["headers"]["authorization"], f"Bearer {TOKEN}2")
        self.assertEqual(registration.status, "registered")

        for wrong in ("two words", "", "x" * 20_000):
            write(wrong)
            with self.assertRaises(mcp_hub.HubError) as caught:
                asking.servers()
            self.assertEqual(caught.exception.code, "NO_TOKEN")
        # What the environment holds itself goes before it, and what a program says before both.
        os.environ["MCP_HUB_TOKEN"] = taken["token"]
        self.assertEqual(mcp_hub.Hub().servers(), [])
        os.environ["MCP_HUB_TOKEN"] = "wrong"
        self.assertEqual(mcp_hub.Hub(token=taken["token"]).servers(), [])
        self.assertNotIn(TOKEN, "\n".join(self.log.lines))

    def test_a_function_that_says_another_token_after_a_refusal_is_believed_once(self) -> None:
        def reply(handler: Any, request: Any) -> None:
            is_taken = request["headers"].get("authorization") == "Bearer new"
            handler.send(200 if is_taken else 401, {"servers": []} if is_taken else {"code": "X", "detail": "No."})

        hub = self.fake(reply)
        said = ["old", "new", "old", "old"]
        asking = mcp_hub.Hub(hub.url, token=lambda: said.pop(0))
        self.assertEqual(asking.servers(), [])
        with self.assertRaises(mcp_hub.HubError):
            asking.servers()
        self.assertEqual([said, len(hub.requests)], [[], 3])

        def fails() -> str:
            raise RuntimeError("the vault is closed")

        with self.assertRaises(mcp_hub.HubError) as caught:
            mcp_hub.Hub(hub.url, token=fails).servers()
        self.assertEqual([caught.exception.code, caught.exception.detail], ["NO_TOKEN", "the vault is closed"])

    def _refusing(self) -> FakeHub:
        return self.fake(
            lambda handler, request: handler.send(401, {"code": "NO", "detail": request["headers"]["authorization"]})
        )

    def test_a_lease_is_shown_as_proof_in_its_own_header(self) -> None:
        server = self.server()

        def reply(handler: Any, request: Any) -> None:
            if request["method"] == "PUT":
                handler.send(404, {"code": "LEASE_UNKNOWN", "detail": "Register again."})
            else:
                handler.send(201, granted(f"lease-{len(hub.came('POST'))}"))

        hub = self.fake(reply)
        self.register("One", server.url, hub_url=hub.url)
        until("three registrations", lambda: len(hub.came("POST")) >= 3)
        proofs = [one["headers"].get("mcp-hub-proof") for one in hub.came("POST")][:3]
        self.assertEqual(proofs, [None, "lease-1", "lease-2"])
        self.assertTrue(all("authorization" not in one["headers"] for one in hub.requests))


class Proxies(HubTest):
    def test_no_proxy_catches_loopback(self) -> None:
        hub = self.fake(lambda handler, request: handler.send(200, {"servers": []}))
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
            os.environ[name] = f"http://127.0.0.1:{free_port()}"
        os.environ.pop("no_proxy", None)
        for host in ("127.0.0.1", "localhost"):
            self.assertEqual(mcp_hub.Hub(f"http://{host}:{hub.port}").servers(), [])

    def test_a_hub_elsewhere_is_asked_through_the_proxy_unless_it_is_exempt(self) -> None:
        proxy = self.fake(lambda handler, request: handler.send(200, {"servers": []}))
        for name in ("no_proxy", "NO_PROXY"):
            os.environ.pop(name, None)
        os.environ["http_proxy"] = os.environ["HTTP_PROXY"] = f"http://me:hu%20sh@127.0.0.1:{proxy.port}"
        self.assertEqual(mcp_hub.Hub("http://hub.invalid:8001", token=TOKEN).servers(), [])
        [request] = proxy.requests
        self.assertEqual(request["path"], "http://hub.invalid:8001/servers")
        self.assertEqual(request["headers"]["proxy-authorization"], "Basic bWU6aHUgc2g=")
        self.assertEqual(request["headers"]["host"], "hub.invalid:8001")
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = "hub.invalid"
        with self.assertRaises(mcp_hub.HubError) as caught:
            mcp_hub.Hub("http://hub.invalid:8001").servers()
        self.assertEqual(caught.exception.code, "UNREACHABLE")
        self.assertEqual(len(proxy.requests), 1)

    def test_a_hub_that_speaks_tls_is_asked_through_a_tunnel(self) -> None:
        proxy = self.fake(lambda handler, request: handler.send(502, b""))
        for name in ("no_proxy", "NO_PROXY"):
            os.environ.pop(name, None)
        os.environ["https_proxy"] = f"http://127.0.0.1:{proxy.port}"
        with self.assertRaises(mcp_hub.HubError) as caught:
            mcp_hub.Hub("https://hub.invalid", token=TOKEN).servers()
        self.assertIn("set NO_PROXY=hub.invalid", str(caught.exception))
        [request] = proxy.requests
        self.assertEqual([request["method"], request["path"]], ["CONNECT", "hub.invalid:443"])
        self.assertNotIn("authorization", request["headers"])


if __name__ == "__main__":
    unittest.main()
