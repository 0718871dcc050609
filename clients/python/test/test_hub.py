"""Asking a hub: lists, questions, choices, and what frameworks are told."""

from __future__ import annotations

import json
import os
import unittest
from pathlib import Path
from typing import Any, Dict, List, Tuple
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from support import HubProcess, HubTest, McpServer, always, free_port, mcp_hub, until

GOLDEN = Path(__file__).parent / "golden" / "adapters.json"


def listed(name: str, status: str = "up", **more: Any) -> Dict[str, Any]:
    return {"id": name.lower(), "name": name, "status": status, "endpoint": "http://a/mcp", "tags": [], **more}


class Catalogue(HubTest):
    """Questions to one real hub with three servers that are up and one that is gone."""

    hub_process: HubProcess
    opened: List[Any]

    @classmethod
    def setUpClass(cls) -> None:
        cls.hub_process = HubProcess()
        forecast = ("forecast", "Says what the weather will be. For any city.")
        servers = [
            (McpServer("Weather", forecast, ("warnings", "Lists storms")), ["geo", "prod"]),
            (McpServer("Tides", ("forecast", "Says when the water is high")), ["geo"]),
            (McpServer("Files", ("read_file", "Reads a file")), []),
            (McpServer("Old", ("forget", "Forgets an invoice")), ["old"]),
        ]
        cls.opened = [one for one, _ in servers]
        registrations = [
            mcp_hub.register(one.name, one.url, tags=tags, hub_url=cls.hub_process.url) for one, tags in servers
        ]
        for one in cls.opened:
            cls.hub_process.until_status(one.name.lower(), "up")
        cls.opened.pop().stop()
        registrations.pop().close()
        cls.hub_process.until_status("old", "down")
        cls.opened += registrations

    @classmethod
    def tearDownClass(cls) -> None:
        for one in reversed(cls.opened):
            one.close() if isinstance(one, mcp_hub.Registration) else one.stop()
        cls.hub_process.stop()

    def setUp(self) -> None:
        super().setUp()
        self.asked = mcp_hub.Hub(self.hub_process.url)

    def refused(self, code: str, **need: Any) -> str:
        with self.assertRaises(mcp_hub.HubError) as caught:
            self.asked.choose(**need)
        self.assertEqual(caught.exception.code, code)
        return str(caught.exception)

    def test_lists_servers_and_tools_of_all_pages(self) -> None:
        self.assertEqual([one["id"] for one in self.asked.servers()], ["files", "old", "tides", "weather"])
        self.assertEqual([one["id"] for one in self.asked.servers(tag=["geo", "prod"])], ["weather"])
        self.assertEqual([one["id"] for one in self.asked.servers(status=["down"])], ["old"])
        self.assertEqual([one["id"] for one in self.asked.servers(q="forecast")], ["tides", "weather"])
        self.assertEqual(self.asked.server("weather")["name"], "Weather")
        up = self.asked.tools(status="up")
        self.assertEqual([one["name"] for one in up], ["read_file", "forecast", "forecast", "warnings"])
        self.assertEqual(len(self.asked.tools("forecast", limit=1)), 1)
        for limit in (1, 2, 3):
            some = self.asked._pages("/servers", {}, "servers", limit)
            self.assertEqual([one["id"] for one in some], ["files", "old", "tides"][:limit])

    def test_finds_tools_first_and_says_what_is_in_the_way(self) -> None:
        first, *_ = self.asked.find("weather forecast")
        self.assertEqual([first.server["id"], first.tools[0]["name"], first.is_usable], ["weather", "forecast", True])
        self.assertEqual(first.reason, 'The tool "forecast" of "Weather" fits: Says what the weather will be.')
        [gone] = [one for one in self.asked.find("invoice") if one.server["id"] == "old"]
        self.assertEqual(gone.is_usable, False)
        self.assertIn('But "Old" is down', gone.reason)

    def test_chooses_by_need_name_tag_and_tool_and_says_why(self) -> None:
        choice = self.asked.choose(need="weather forecast")
        self.assertEqual([choice.id, choice.tool, choice.name], ["weather", "forecast", "Weather"])
        self.assertTrue(choice.reason.startswith('The tool "forecast" of "Weather" fits: Says what the weather'))
        self.assertEqual(choice.url, f"{self.hub_process.url}/servers/weather/mcp")
        self.assertEqual(choice.endpoint, choice.server["endpoint"])
        self.assertEqual(choice, self.asked.choose(need="weather forecast"))
        for name in ("weather", "Weather", " WEATHER "):
            self.assertEqual(self.asked.choose(name=name).id, "weather")
        tagged = self.asked.choose(tag="geo")
        self.assertEqual([tagged.id, tagged.tool], ["tides", None])
        self.assertEqual(
            tagged.reason, '"Tides" has the tag "geo" and is up. 1 other that can be used would fit too.'
        )
        others = [(one["id"], why) for one, why in tagged.others]
        self.assertEqual(others, [("weather", '"Weather" fits as well, and comes later.')])
        self.assertEqual(self.asked.choose(tag=["prod", "geo"]).id, "weather")
        self.assertEqual(self.asked.choose(tool="forecast").id, "tides")
        self.assertEqual(self.asked.choose(tool="forecast", tag="prod").id, "weather")
        self.assertEqual(self.asked.choose(need="forecast", name="Tides").tool, "forecast")

    def test_an_error_says_what_was_looked_for_and_what_there_is(self) -> None:
        text = self.refused("NOTHING_FITS", name="Wether")
        self.assertEqual(
            text, 'No server fits the name "Wether". The hub knows 4 servers: "Files", "Old", "Tides", "Weather".'
        )
        self.assertIn('What fits the name "Old" cannot be used now. "Old" is down', self.refused("NOT_UP", name="Old"))
        self.assertIn('a tool named "nothing"', self.refused("NOTHING_FITS", tool="nothing"))
        self.assertIn('the tags "geo", "old"', self.refused("NOTHING_FITS", tag=["old", "geo"]))
        cases: List[Dict[str, Any]] = [{}, {"need": " "}, {"name": ""}, {"tag": []}, {"tag": [""]}]
        for nothing in cases:
            with self.assertRaises((TypeError, ValueError)):
                self.asked.choose(**nothing)

    def test_directly_each_server_is_told_at_its_own_endpoint_and_what_is_away_is_left_out(self) -> None:
        weather, tides = (self.asked.server(one)["endpoint"] for one in ("weather", "tides"))
        direct = self.asked.fastmcp(tags=["geo", "old"], via="direct", token="of-the-hub")
        both = {"tides": {"url": tides, "transport": "http"}, "weather": {"url": weather, "transport": "http"}}
        self.assertEqual(direct, {"mcpServers": both})
        self.assertEqual(len(self.log.holding('Left out: "Old" is down')), 1)
        one = {"servers": "weather", "via": "direct"}
        self.assertEqual(self.asked.langchain(**one), {"weather": {"transport": "streamable_http", "url": weather}})
        self.assertEqual(self.asked.adk(**one), {"url": weather})
        self.assertEqual(self.asked.openai_agents(**one), {"name": "weather", "params": {"url": weather}})
        cases: List[Tuple[str, Dict[str, Any]]] = [
            ("NOT_UP", {"servers": "old"}),
            ("NOTHING_FITS", {"tags": "nobody's"}),
            ("NOTHING_FITS", {"servers": ["weather", "wether"]}),
        ]
        for code, selection in cases:
            with self.assertRaises(mcp_hub.HubError) as caught:
                self.asked.fastmcp(**selection, via="direct")
            self.assertEqual([selection, caught.exception.code], [selection, code])
        with self.assertRaises(ValueError):
            self.asked.adk(tags="geo", via="direct")

    def test_an_endpoint_of_a_choice_answers_mcp(self) -> None:
        choice = self.asked.choose(need="weather forecast")
        client = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": client}
        for url in (choice.url, self.asked.gateway_url(), self.asked.gateway_url(tags="geo", mode="search")):
            headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
            request = Request(url, json.dumps(body).encode(), headers)
            with build_opener(ProxyHandler({})).open(request, timeout=30) as response:
                self.assertIn("protocolVersion", response.read().decode())


class Choices(HubTest):
    """Catalogues that are easier to make up than to bring about."""

    def chosen(self, servers: List[Dict[str, Any]], tools: List[Dict[str, Any]], **need: Any) -> mcp_hub.Choice:
        def reply(handler: Any, request: Any) -> None:
            is_tools = request["path"].startswith("/tools")
            handler.send(200, {"tools": tools} if is_tools else {"servers": [] if "q=" in request["path"] else servers})

        return mcp_hub.Hub(self.fake(reply).url).choose(**need)

    def hit(self, server: str, score: float) -> Dict[str, Any]:
        return {"serverId": server, "name": "tool", "score": score}

    def test_a_degraded_server_can_be_used_but_of_equals_comes_after_one_that_is_up(self) -> None:
        servers = [listed("A", "degraded"), listed("B"), listed("C")]
        hits = [self.hit(one, 3) for one in ("a", "b", "c")]
        self.assertEqual(self.chosen(servers, hits, need="x").id, "b")
        self.assertEqual(self.chosen(servers, [self.hit("a", 3), self.hit("b", 2)], need="x").id, "a")
        self.assertEqual(self.chosen(servers, [], name="A").id, "a")

    def test_what_is_deprecated_comes_last_and_what_fits_badly_stands_in_for_nothing(self) -> None:
        servers = [listed("A", lifecycle="deprecated"), listed("B"), listed("C", "unreachable")]
        choice = self.chosen(servers, [self.hit("c", 4), self.hit("a", 3), self.hit("b", 2)], need="x")
        self.assertEqual(choice.id, "b")
        self.assertIn('"C" would come first, but cannot be used now.', choice.reason)
        self.assertEqual([why for _, why in choice.others], ['"C" is unreachable.', '"A" is deprecated.'])
        with self.assertRaises(mcp_hub.HubError) as caught:
            self.chosen(servers, [self.hit("c", 9), self.hit("b", 2)], need="x")
        self.assertEqual(caught.exception.code, "NOT_UP")
        self.assertIn('"B" can be used, but fits far less well.', str(caught.exception))

    def test_a_server_of_the_old_transport_goes_through_the_hub_where_a_framework_does_not_speak_it(self) -> None:
        hub = self.fake(always(200, {"servers": [listed("A", transport="sse")]}))
        asked = mcp_hub.Hub(hub.url)
        there = {"url": f"{hub.url}/servers/a/mcp", "headers": {"Authorization": "Bearer t"}}
        self.assertEqual(asked.adk(via="direct", token="t"), there)
        self.assertEqual(asked.openai_agents(via="direct", token="t"), {"name": "a", "params": there})
        self.assertEqual(asked.langchain(via="direct", token="t"), {"a": {"transport": "sse", "url": "http://a/mcp"}})

    def test_a_server_is_found_behind_another_with_many_tools_that_fit_as_well(self) -> None:
        hits = [*(self.hit("a", 3) for _ in range(230)), self.hit("b", 2)]
        servers = [listed("A"), listed("B", tags=["field"])]

        def reply(handler: Any, request: Any) -> None:
            query = parse_qs(urlsplit(request["path"]).query)
            start, count = int(query.get("cursor", ["0"])[0]), int(query.get("limit", ["0"])[0])
            page: Dict[str, Any] = {"tools": hits[start : start + count]}
            if start + count < len(hits):
                page["nextCursor"] = str(start + count)
            handler.send(200, page if request["path"].startswith("/tools") else {"servers": servers})

        hub = self.fake(reply)
        asked = mcp_hub.Hub(hub.url)
        self.assertEqual([one.server["id"] for one in asked.find("x")], ["a", "b"])
        self.assertEqual(asked.choose(need="x", tag="field").tool, "tool")
        before = len(hub.requests)
        self.assertEqual(asked.choose(need="x").id, "a")
        self.assertEqual(len(hub.requests) - before, 3)  # one look at tools is enough

    def test_an_empty_answer_of_something_else_never_looks_like_no_servers(self) -> None:
        broken: List[Any] = [None, [1], [{"id": "a"}], {}]
        answers: List[Any] = [b"", {}, [], *({"servers": one} for one in broken)]
        for answer in answers:
            hub = self.fake(always(200, answer))
            with self.assertRaises(mcp_hub.HubError) as caught:
                mcp_hub.Hub(hub.url).servers()
            self.assertEqual([answer, caught.exception.code], [answer, "NOT_A_HUB"])

    def test_a_list_without_an_end_ends(self) -> None:
        def reply(handler: Any, request: Any) -> None:
            handler.send(200, {"servers": [], "nextCursor": str(len(hub.requests))})

        hub = self.fake(reply)
        with self.assertRaises(mcp_hub.HubError) as caught:
            mcp_hub.Hub(hub.url).servers()
        self.assertEqual(caught.exception.code, "NOT_A_HUB")

    def test_a_hub_that_is_away_is_said_with_its_address(self) -> None:
        url = f"http://127.0.0.1:{free_port()}"
        with self.assertRaises(mcp_hub.HubError) as caught:
            mcp_hub.Hub(url).choose(need="x")
        self.assertEqual([caught.exception.code, caught.exception.status], ["UNREACHABLE", 0])
        self.assertIn(f"The hub at {url} cannot be reached", str(caught.exception))


class Addresses(HubTest):
    def test_the_address_of_a_hub_is_mended_or_refused_with_a_sentence(self) -> None:
        for ending in ("", "/", " ", "/mcp", "/MCP/"):
            self.assertEqual(mcp_hub.Hub(f"hub:8001{ending}").url, "http://hub:8001")
        for given in ("http://hub:8001", " http://hub:8001/ "):
            self.assertEqual(mcp_hub.Hub(given).url, "http://hub:8001")
        self.assertEqual(mcp_hub.Hub("https://hub/below/").url, "https://hub/below")
        self.assertEqual(mcp_hub.Hub("http://one, http://two").url, "http://one")
        os.environ["MCP_HUB_URL"] = "http://[::1]:9,http://two"
        self.assertEqual(mcp_hub.Hub().url, "http://[::1]:9")
        for given in ("http://", "ftp://hub", "http://hub:port", "http://a b", "http://me:hush@hub", "http://hub\n/x"):
            with self.assertRaises(ValueError) as caught:
                mcp_hub.Hub(given)
            self.assertNotIn("hush", str(caught.exception))

    def test_what_frameworks_are_told_is_what_it_was(self) -> None:
        hub = mcp_hub.Hub("http://127.0.0.1:8001", token="of-the-hub")
        selections: Dict[str, Dict[str, Any]] = {
            "everything": {},
            "one server": {"servers": "weather"},
            "some servers": {"servers": ["weather", "files"]},
            "tags, searched": {"tags": ["a b", "c&d"], "mode": "search"},
            "one server, searched": {"servers": ["weather"], "mode": "search"},
            "a toolset": {"toolset": "desk"},
        }
        told = {
            name: {
                "url": hub.gateway_url(**selection),
                "fastmcp": hub.fastmcp(**selection),
                "langchain": hub.langchain(**selection),
                "adk": hub.adk(**selection),
                "openai_agents": hub.openai_agents(**selection),
            }
            for name, selection in selections.items()
        }
        told["with a token"] = {
            "fastmcp": hub.fastmcp(token="given"),
            "langchain": hub.langchain(token="given"),
            "adk": hub.adk(token="given"),
            "openai_agents": hub.openai_agents(token="given"),
        }
        text = json.dumps(told, indent=2) + "\n"
        self.assertNotIn("of-the-hub", text)
        if os.environ.get("UPDATE_GOLDEN"):
            GOLDEN.write_text(text)
        self.assertEqual(text, GOLDEN.read_text())

    def test_what_cannot_be_had_together_is_refused(self) -> None:
        hub = mcp_hub.Hub("http://127.0.0.1:8001")
        cases: List[Dict[str, Any]] = [
            {"toolset": "desk", "servers": "a"},
            {"toolset": "desk", "mode": "search"},
            {"servers": []},
            {"tags": [""]},
            {"mode": "fast"},
        ]
        for selection in cases:
            with self.assertRaises(ValueError):
                hub.gateway_url(**selection)
        for selection in ({"toolset": "desk"}, {"mode": "search"}):
            with self.assertRaises(ValueError):
                hub.fastmcp(**selection, via="direct")
        with self.assertRaises(ValueError):
            hub.fastmcp(via="somehow")


if __name__ == "__main__":
    unittest.main()
