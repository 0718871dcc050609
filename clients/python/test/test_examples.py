"""The programs of the documentation: run where they need nothing else, read where they need a framework."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import subprocess
import sys
import unittest
from typing import Any, Dict

from support import CLIENT, HubTest, environment, free_port, mcp_hub, until

EXAMPLES = CLIENT / "examples"
WRITTEN_URL = "http://localhost:8002/mcp"


class Examples(HubTest):
    def run_example(self, name: str, hub_url: str, *arguments: str) -> str:
        command = [sys.executable, str(EXAMPLES / name), *arguments]
        done = subprocess.run(
            command, env=environment(MCP_HUB_URL=hub_url), capture_output=True, text=True, timeout=120
        )
        self.assertEqual([done.stderr if done.returncode else "", done.returncode], ["", 0])
        return done.stdout

    def test_servers_register_and_leave(self) -> None:
        hub, server = self.hub(), self.server("One", ("greet", "Says hello"))
        for name in ("plain_server.py", "block_server.py"):
            source = (EXAMPLES / name).read_text(encoding="utf-8")
            self.assertIn(WRITTEN_URL, source)
            program = self.program(source.replace(WRITTEN_URL, server.url), MCP_HUB_URL=hub.url)
            assert program.stdin is not None and program.stdout is not None
            self.assertEqual(program.stdout.readline(), "True registered\n")
            hub.until_status("mcp-server-1", "up")
            program.stdin.write("\n")
            program.stdin.flush()
            self.assertEqual(program.wait(60), 0)
            self.assertEqual(hub.status("mcp-server-1"), "down")

    def test_questions_are_answered(self) -> None:
        hub, server = self.hub(), self.server("Greeter", ("greet", "Says hello"))
        self.register("Greeter", server.url, hub_url=hub.url)
        hub.until_status("greeter", "up")
        text = self.run_example("ask_the_hub.py", hub.url)
        self.assertIn(f"Greeter {server.url}", text)
        self.assertIn('The tool "greet" of "Greeter" fits: Says hello', text)
        self.assertIn('NOTHING_FITS No server fits the name "nobody". The hub knows 1 server: "Greeter".', text)
        self.assertEqual(self.run_example("frameworks.py", hub.url).count(f"{hub.url}/servers/greeter/mcp"), 4)

    def test_those_that_need_a_framework_use_the_client_as_it_is(self) -> None:
        for path in sorted(EXAMPLES.glob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and node.module == "mcp_hub":
                    self.assertLessEqual({one.name for one in node.names}, set(mcp_hub.__all__))
                if isinstance(node, ast.Call):
                    self._bind(node)

    def _bind(self, call: ast.Call) -> None:
        """Fails where a call could not be made with the arguments that it has."""
        target = call.func
        if isinstance(target, ast.Name) and target.id in ("register", "Hub"):
            callee: Any = getattr(mcp_hub, target.id)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "hub":
            callee = getattr(mcp_hub.Hub("http://a"), target.attr)
        else:
            return
        named: Dict[str, Any] = {one.arg: None for one in call.keywords if one.arg is not None}
        inspect.signature(callee).bind(*call.args, **named)

    @unittest.skipUnless(importlib.util.find_spec("fastmcp"), "fastmcp is not installed: its programs are only read")
    def test_the_fastmcp_agent_calls_a_tool_of_the_fastmcp_server(self) -> None:
        hub, port = self.hub(), free_port()
        source = (EXAMPLES / "fastmcp_server.py").read_text(encoding="utf-8").replace("8003", str(port))
        self.program(source, MCP_HUB_URL=hub.url)
        hub.until_status("weather", "up")
        text = until("an answer", lambda: self.run_example("fastmcp_agent.py", hub.url))
        self.assertIn("Weather says: Sunny in Bergen", text)


if __name__ == "__main__":
    unittest.main()
