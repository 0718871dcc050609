"""A server and real hubs: it is listed while it lives, whatever happens to it or to them."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import unittest
from typing import Any, Dict, List, Set

from support import HubProcess, HubTest, McpServer, free_port, granted, mcp_hub, until

#: A program that serves nothing itself: it only registers what its parent serves.
PROGRAM = """
import logging, sys, mcp_hub
logging.basicConfig(level=logging.INFO, format="%(message)s")
registration = mcp_hub.register("One", {url!r})
print("registered" if registration.wait(60) else "not registered", flush=True)
{rest}
"""

WAIT = "sys.stdin.read()"


class Listed(HubTest):
    def test_a_plain_call_registers_and_closing_deregisters(self) -> None:
        hub, server = self.hub(), self.server("One", ("greet", "Says hello"))
        registration = self.register(
            "MCP Server 1",
            server.url,
            hub_url=hub.url,
            title="The first",
            description="It greets.",
            version="2.1.0",
            tags=("a", "b"),
            owner="us",
            website_url="https://example.com/",
            metadata={"team": 7},
        )
        self.assertTrue(registration.wait(60))
        self.assertEqual(registration.status, "registered")
        hub.until_status("mcp-server-1", "up")
        [listed] = hub.servers()
        expected = {"name": "MCP Server 1", "title": "The first", "version": "2.1.0", "tags": ["a", "b"], "owner": "us"}
        self.assertEqual({key: listed[key] for key in expected}, expected)
        self.assertEqual([listed["websiteUrl"], listed["metadata"]], ["https://example.com/", {"team": 7}])
        until("the log to say that the hub reaches it", lambda: self.log.holding("the hub reaches it at"))
        self.assertIn("(1 tool)", self.log.holding("the hub reaches it at")[0])
        registration.close()
        self.assertEqual([registration.status, registration.wait(0)], ["closed", False])
        self.assertEqual(hub.status("mcp-server-1"), "down")

    def test_it_beats_for_as_long_as_it_is_open(self) -> None:
        hub, server = self.hub(), self.server()
        self.assertTrue(self.register("One", server.url, hub_url=hub.url).wait(60))
        beats: Set[Any] = set()

        def count() -> bool:
            beats.add((hub.lease("one") or {}).get("lastHeartbeatAt"))
            return len(beats) > 3

        until("three heartbeats", count)
        hub.until_status("one", "up")

    def test_with_and_async_with_last_as_long_as_their_block_and_may_be_entered_again(self) -> None:
        hub, server = self.hub(), self.server()
        registration = mcp_hub.register("One", server.url, hub_url=hub.url)
        for _ in range(2):
            with registration as same:
                self.assertIs(same, registration)
                self.assertTrue(registration.wait(60))
                self.assertNotEqual(hub.status("one"), "down")
            self.assertEqual(hub.status("one"), "down")

        async def block() -> None:
            async with registration:
                self.assertTrue(await asyncio.get_running_loop().run_in_executor(None, registration.wait, 60))

        asyncio.run(block())
        self.assertEqual(hub.status("one"), "down")

    def test_a_lifespan_lasts_as_long_as_the_app_and_may_run_again(self) -> None:
        hub, server = self.hub(), self.server()
        lifespan = mcp_hub.register("One", server.url, hub_url=hub.url)
        states: List[Any] = []

        async def app() -> None:
            async with lifespan(object()) as state:
                states.append(state)
                await asyncio.get_running_loop().run_in_executor(None, lifespan.wait, 60)
                states.append(lifespan.status)

        for _ in range(2):
            asyncio.run(app())
            self.assertEqual(hub.status("one"), "down")
        self.assertEqual(states, [{}, "registered"] * 2)

    def test_it_registers_when_something_listens_and_is_up_at_once(self) -> None:
        hub, port = self.hub(), free_port()
        registration = self.register("One", f"http://localhost:{port}/mcp", hub_url=hub.url)
        self.assertFalse(registration.wait(0.5))
        self.assertEqual(hub.servers(), [])
        server = McpServer("One", port=port)
        self.addCleanup(server.stop)
        hub.until_status("one", "up")
        changes = [(one["from"], one["to"]) for one in hub.events("status-changed")]
        self.assertEqual(changes, [("pending", "up")])

    def test_what_the_hub_finds_is_told_with_what_to_do(self) -> None:
        hub, server = self.hub(), self.server()
        self.register("One", server.url.replace("/mcp", "/nothing"), hub_url=hub.url)
        hub_says = until("a line on what is wrong", lambda: self.log.holding("the hub"))
        self.assertTrue(hub_says)

    def test_two_hubs_are_kept_apart_and_one_that_is_away_holds_up_nobody(self) -> None:
        server, away = self.server(), free_port()
        first, second = self.hub(), self.hub()
        os.environ["MCP_HUB_URL"] = f"http://127.0.0.1:{away}, {first.url}/,{second.url}/mcp"
        registration = self.register("One", server.url)
        first.until_status("one", "up")
        second.until_status("one", "up")
        self.assertEqual(registration.status, "registered")
        late = HubProcess(port=away)
        self.addCleanup(late.stop)
        late.until_status("one", "up")
        registration.close()
        self.assertEqual([one.status("one") for one in (first, second, late)], ["down"] * 3)

    def test_the_same_service_key_makes_further_instances_and_no_key_is_a_conflict(self) -> None:
        hub = self.hub()
        first, second, third = self.server(), self.server(), self.server()
        self.assertTrue(self.register("One", first.url, hub_url=hub.url, service_key="s3cret").wait(60))
        os.environ["MCP_HUB_SERVICE_KEY"] = "s3cret"
        self.assertTrue(self.register("One", second.url, hub_url=hub.url).wait(60))
        self.assertEqual(len(hub.get("/servers/one")["instances"]), 2)
        del os.environ["MCP_HUB_SERVICE_KEY"]
        other = self.register("One", third.url, hub_url=hub.url)
        until("the refusal to be told", lambda: self.log.holding("Asking again until it is free"))
        self.assertEqual(other.status, "refused")
        self.assertEqual(self.log.holding("s3cret"), [])


class Restarts(HubTest):
    def test_a_hub_that_appears_later_gets_it_and_its_absence_is_told_once(self) -> None:
        port, server = free_port(), self.server()
        registration = self.register("One", server.url, hub_url=f"http://127.0.0.1:{port}")
        until("the absence to be told", lambda: self.log.holding("registers when the hub appears"))
        self.assertEqual(registration.status, "registering")
        hub = HubProcess(port=port)
        self.addCleanup(hub.stop)
        hub.until_status("one", "up")
        self.assertEqual(len(self.log.holding("WARNING")), 1)

    def test_a_hub_that_restarts_keeps_it_with_the_lease_that_it_has(self) -> None:
        hub, server = self.hub(), self.server()
        self.assertTrue(self.register("One", server.url, hub_url=hub.url).wait(60))
        hub.until_status("one", "up")
        hub.kill()
        until("the loss to be told", lambda: self.log.holding("registers again when the hub is back"))
        hub.start()
        hub.until_status("one", "up")
        until("the return to be told", lambda: self.log.holding("is back"))
        self.assertEqual(len(hub.events("registered")), 1)

    def test_a_hub_that_forgot_it_gets_it_again(self) -> None:
        hub, server = self.hub(), self.server()
        registration = self.register("One", server.url, hub_url=hub.url)
        self.assertTrue(registration.wait(60))
        hub.delete("/servers/one?force=true")
        hub.until_status("one", "up")
        self.assertEqual(registration.status, "registered")

    def test_a_process_that_is_killed_and_started_again_is_listed_throughout(self) -> None:
        hub, server = self.hub(), self.server()
        source = PROGRAM.format(url=server.url, rest=WAIT)
        first = self.program(source, MCP_HUB_URL=hub.url)
        hub.until_status("one", "up")
        first.kill()
        first.wait()
        self.program(source, MCP_HUB_URL=hub.url)
        until("the second process to have a lease that beats", lambda: self._is_fresh(hub))
        gone = [one for one in hub.events("status-changed") if one["to"] in ("down", "unreachable")]
        self.assertEqual(gone, [])
        self.assertEqual(len(hub.events("registered")), 1)

    def _is_fresh(self, hub: HubProcess) -> bool:
        server = hub.get("/servers/one")["instances"][0]
        return "lastHeartbeatAt" in (server.get("lease") or {}) and server["registeredAt"] < server["lastRegisteredAt"]

    def test_a_dead_process_is_told_from_a_living_one_by_its_silence(self) -> None:
        hub, server = self.hub(), self.server()
        program = self.program(PROGRAM.format(url=server.url, rest=WAIT), MCP_HUB_URL=hub.url)
        hub.until_status("one", "up")
        program.kill()
        program.wait()
        server.stop()
        hub.until_status("one", "down")


class Ends(HubTest):
    def test_a_program_that_ends_takes_its_server_along(self) -> None:
        hub, server = self.hub(), self.server()
        for rest in ("", "sys.exit(3)", "raise RuntimeError('the program is broken')"):
            program = self.program(PROGRAM.format(url=server.url, rest=rest), MCP_HUB_URL=hub.url)
            program.communicate()
            self.assertEqual([rest, hub.status("one")], [rest, "down"])

    def test_signals_are_left_to_the_program(self) -> None:
        hub = self.hub()
        cases = {
            signal.SIGTERM: ("", -signal.SIGTERM, None),
            signal.SIGINT: ("", -signal.SIGINT, "down"),
            signal.SIGHUP: ("import signal; signal.signal(signal.SIGHUP, lambda *_: sys.exit(5))", 5, "down"),
        }
        for number, (handler, code, status) in cases.items():
            if hub.servers():
                hub.delete("/servers/one?force=true")
            rest = f"{handler}\nprint('waits', flush=True)\n{WAIT}"
            source = PROGRAM.format(url=self.server().url, rest=rest)
            program = self.program(source, MCP_HUB_URL=hub.url)
            assert program.stdout is not None
            while "waits" not in program.stdout.readline():
                pass
            program.send_signal(number)
            self.assertEqual([number, program.wait(60)], [number, code])
            if status is not None:
                self.assertEqual([number, hub.status("one")], [number, status])

    def test_no_thread_of_it_keeps_a_program_alive_while_the_hub_is_away(self) -> None:
        server = self.server()
        source = f"import mcp_hub; mcp_hub.register('One', {server.url!r})"
        program = self.program(source, MCP_HUB_URL=f"http://127.0.0.1:{free_port()}")
        self.assertEqual(program.wait(60), 0)

    def test_a_hub_that_never_answers_holds_up_the_end_for_two_seconds_at_most(self) -> None:
        server = self.server()

        def reply(handler: Any, request: Dict[str, Any]) -> None:
            if request["method"] == "POST":
                handler.send(201, granted())
            else:
                gate.wait(60)

        gate = threading.Event()
        self.addCleanup(gate.set)
        hub = self.fake(reply)
        registration = self.register("One", server.url, hub_url=hub.url)
        self.assertTrue(registration.wait(60))
        until("a heartbeat to hang", lambda: hub.came("PUT"))
        registration.close()
        # It would be there after the heartbeat, which takes five seconds to be given up.
        self.assertEqual(hub.came("DELETE"), [])


@unittest.skipUnless(hasattr(os, "fork"), "this system has no fork")
class Forks(HubTest):
    def test_a_child_leaves_the_registration_to_its_parent(self) -> None:
        hub, server = self.hub(), self.server()
        rest = """
import os, threading
child = os.fork()
if child == 0:
    names = [one.name for one in threading.enumerate()]
    print("child", registration.status, registration.wait(0), names, flush=True)
    registration.close()
    sys.exit(0)
os.waitpid(child, 0)
print("parent", registration.status, flush=True)
sys.stdin.read()
"""
        program = self.program(PROGRAM.format(url=server.url, rest=rest), MCP_HUB_URL=hub.url)
        assert program.stdout is not None
        lines: List[str] = []
        while not lines or "parent" not in lines[-1]:
            lines.append(program.stdout.readline())
        self.assertIn("child closed False ['MainThread']\n", lines)
        self.assertEqual(lines[-1], "parent registered\n")
        hub.until_status("one", "up")
        self.assertEqual([one["kind"] for one in hub.events("deregistered")], [])

    def test_a_child_may_register_by_itself_and_leaves_alone(self) -> None:
        hub, server, other = self.hub(), self.server(), self.server("Two")
        rest = f"""
import os
child = os.fork()
if child == 0:
    two = mcp_hub.register("Two", {other.url!r})
    print("child", two.wait(60), flush=True)
    sys.exit(0)
os.waitpid(child, 0)
print("parent", registration.status, flush=True)
sys.stdin.read()
"""
        program = self.program(PROGRAM.format(url=server.url, rest=rest), MCP_HUB_URL=hub.url)
        assert program.stdout is not None
        lines: List[str] = []
        while not lines or "parent" not in lines[-1]:
            lines.append(program.stdout.readline())
        self.assertIn("child True\n", lines)
        self.assertEqual(hub.status("two"), "down")
        hub.until_status("one", "up")

    def test_workers_of_one_endpoint_share_the_place_and_one_that_leaves_takes_nothing_along(self) -> None:
        hub, server = self.hub(), self.server()
        source = PROGRAM.format(url=server.url, rest=WAIT)
        workers = [self.program(source, MCP_HUB_URL=hub.url) for _ in range(3)]
        hub.until_status("one", "up")
        # Each of them that has the lease ends in good order; another takes its place.
        for worker in workers[:2]:
            assert worker.stdin is not None
            worker.stdin.close()
            # One that waits for its place sees the end of its input after the 60 s that it waits.
            worker.wait(180)
            until("a lease that beats", lambda: "lastHeartbeatAt" in (hub.lease("one") or {}))
        self.assertEqual([one for one in hub.events("status-changed") if one["to"] == "down"], [])


class Arguments(HubTest):
    def test_what_can_never_work_is_an_error_with_a_sentence(self) -> None:
        url = "http://localhost:8002/mcp"
        cases: List[Any] = [
            ({"name": ""}, "Expected `name` to be text of 1-200 characters, got ''"),
            ({"endpoint": "localhost:8002"}, "Expected `endpoint` to be an http(s) URL such as"),
            ({"endpoint": "http://user:hush@localhost/mcp"}, "Expected `endpoint` to hold no user"),
            ({"endpoint": 8002}, "Expected `endpoint` to be an http(s) URL such as"),
            ({"transport": "stdio"}, "Expected `transport` to be 'streamable-http' or 'sse', got 'stdio'"),
            ({"tags": "geo"}, "Expected `tags` to be a list, got text"),
            ({"metadata": {"a": object()}}, "not JSON serializable"),
            ({"hub_url": "ftp://hub"}, "uses ftp:// instead of http"),
            ({"hub_url": "http://user:hush@hub"}, "The hub URL holds a user name or password"),
            ({"token": "hush\nhush"}, "The token must be printable ASCII"),
            ({"advertise_url": "weather:8002"}, "Expected `advertise_url` to be an http(s) URL"),
            ({"lease_ttl_ms": 0}, "Expected `lease_ttl_ms` to be whole milliseconds, got 0"),
        ]
        for change, words in cases:
            with self.assertRaises((TypeError, ValueError)) as caught:
                mcp_hub.register(**{"name": "One", "endpoint": url, **change})
            self.assertIn(words, str(caught.exception))
            self.assertNotIn("hush", str(caught.exception))

    def test_a_wrong_environment_is_told_and_breaks_nothing(self) -> None:
        hub, server = self.hub(), self.server()
        os.environ.update(MCP_HUB_URL=hub.url, MCP_HUB_ADVERTISE_URL="weather:8002", MCP_HUB_TOKEN="two words")
        self.assertTrue(self.register("One", server.url).wait(60))
        self.assertEqual(len(self.log.holding("so it is not used")), 2)
        self.assertEqual(self.log.holding("two words"), [])
        os.environ["MCP_HUB_URL"] = "http://hub with spaces"
        nowhere = self.register("Two", server.url)
        self.assertEqual([nowhere.status, nowhere.wait(60)], ["refused", False])
        self.assertEqual(len(self.log.holding("Serving without a hub")), 1)

    def test_the_url_for_the_hub_is_what_was_said_then_what_is_known_of_this_machine(self) -> None:
        def urls(endpoint: str, hub: str, said: Any = None) -> Any:
            return mcp_hub._advertised(endpoint, said, hub)

        here, there = "http://127.0.0.1:8001", "http://10.255.255.1:8001"
        local = "http://localhost:8002/app/mcp"
        self.assertEqual(urls(local, here), (local, []))
        self.assertEqual(urls("http://0.0.0.0:8002/mcp", here), ("http://127.0.0.1:8002/mcp", []))
        self.assertEqual(urls("http://weather:8002/mcp", there), ("http://weather:8002/mcp", []))
        self.assertEqual(urls(local, here, "https://w.example"), ("https://w.example/app/mcp", [local]))
        self.assertEqual(urls(local, here, "https://w.example/x"), ("https://w.example/x", [local]))
        os.environ["POD_IP"] = "10.1.2.3"
        self.addCleanup(os.environ.pop, "POD_IP")
        first, others = urls("http://[::1]:8002/mcp", there)
        self.assertEqual(first, "http://10.1.2.3:8002/mcp")
        self.assertEqual(others[-1], "http://[::1]:8002/mcp")
        first, others = urls("http://[::]:8002/mcp", there)
        self.assertEqual(first, "http://10.1.2.3:8002/mcp")
        self.assertEqual(others[-2:], ["http://[::1]:8002/mcp", "http://127.0.0.1:8002/mcp"])
        self.assertNotIn("http://[::]:8002/mcp", others)

    def test_what_listens_on_all_addresses_of_ipv6_is_found_and_reached(self) -> None:
        with self.subTest("with a hub on this machine"):
            both = ("http://[::1]:8002/mcp", ["http://127.0.0.1:8002/mcp"])
            for host in ("[::]", "[0:0:0:0:0:0:0:0]"):
                found = mcp_hub._advertised(f"http://{host}:8002/mcp", None, "http://localhost:8001")
                self.assertEqual(found, both)
        try:
            server = McpServer("Six", host="::")
        except OSError:
            self.skipTest("this machine has no IPv6")
        self.addCleanup(server.stop)
        hub = self.hub()
        self.assertTrue(self.register("Six", f"http://[::]:{server.port}/mcp", hub_url=hub.url).wait(60))
        hub.until_status("six", "up")
        [listed] = hub.servers()
        self.assertEqual(listed["endpoint"], f"http://[::1]:{server.port}/mcp")

    def test_an_address_of_the_link_alone_is_of_no_use_elsewhere(self) -> None:
        for host in ("fe80::1%eth0", "169.254.7.7", "0.0.0.0", "::", "::1", "127.3.2.1", "localhost", ""):
            self.assertEqual([host, mcp_hub._is_useful_elsewhere(host)], [host, False])
        for host in ("10.1.2.3", "fd00::2", "weather"):
            self.assertEqual([host, mcp_hub._is_useful_elsewhere(host)], [host, True])


if __name__ == "__main__":
    unittest.main()
