"""What the file needs: Python 3.9 and its standard library, and that it says the type of everything."""

from __future__ import annotations

import ast
import subprocess
import sys
import unittest
from typing import List, Set

from support import CLIENT, environment

SOURCE = (CLIENT / "mcp_hub.py").read_text(encoding="utf-8")
TREE = ast.parse(SOURCE, feature_version=(3, 9))

#: Every name that is taken from a module. All of them are in Python 3.9; look it up before you add one.
KNOWN = {
    "__future__": {"annotations"},
    "asyncio": {"get_running_loop"},
    "atexit": {"register"},
    "base64": {"b64encode"},
    "email.utils": {"parsedate_to_datetime"},
    "hashlib": {"sha256"},
    "http.client": {
        *("HTTPConnection", "HTTPException", "HTTPSConnection", "IncompleteRead", "RemoteDisconnected"),
    },
    "io": {"BufferedReader", "RawIOBase"},
    "ipaddress": {"ip_address"},
    "json": {"dumps", "loads"},
    "logging": {"getLogger"},
    "os": {"environ", "name", "register_at_fork"},
    "random": {"random"},
    "re": {"IGNORECASE", "fullmatch", "match", "search", "split", "sub"},
    "socket": {
        *("AF_INET", "AF_UNSPEC", "SOCK_DGRAM", "create_connection", "getaddrinfo", "gethostname", "socket"),
        "timeout",
    },
    "ssl": {"create_default_context"},
    "threading": {"Condition", "Event", "RLock", "Thread"},
    "time": {"monotonic", "time"},
    "types": {"TracebackType"},
    "typing": {
        *("Any", "Callable", "Dict", "List", "Mapping", "NamedTuple", "Optional"),
        *("Sequence", "Tuple", "Type", "Union"),
    },
    "unicodedata": {"normalize"},
    "urllib.parse": {"quote", "unquote", "urlencode", "urlsplit", "urlunsplit"},
}

#: Methods of texts, lists and the like that came after Python 3.9.
TOO_NEW = {"add_note", "batched", "bit_count", "pairwise", "with_segments"}


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


class Language(unittest.TestCase):
    def test_it_takes_nothing_but_known_names_of_the_standard_library(self) -> None:
        modules: Set[str] = set()
        used: Set[str] = set()
        for node in ast.walk(TREE):
            if isinstance(node, ast.Import):
                modules |= {one.name for one in node.names}
                self.assertEqual([one.asname for one in node.names], [None] * len(node.names))
            elif isinstance(node, ast.ImportFrom):
                used |= {f"{node.module}.{one.name}" for one in node.names}
        for node in ast.walk(TREE):
            path = dotted(node) if isinstance(node, ast.Attribute) else ""
            module = next((one for one in modules if path.startswith(f"{one}.")), None)
            if module is not None:
                used.add(".".join(path.split(".")[: module.count(".") + 2]))
        known = {f"{module}.{name}" for module, names in KNOWN.items() for name in names}
        self.assertEqual(sorted(used - known), [])
        self.assertEqual(sorted(known - used), [])

    def test_it_has_no_syntax_that_only_newer_pythons_run(self) -> None:
        newer = [name for name in ("Match", "TryStar", "TypeAlias") if hasattr(ast, name)]
        kinds = {type(node).__name__ for node in ast.walk(TREE)}
        self.assertEqual(sorted(kinds & set(newer)), [])
        attributes = {node.attr for node in ast.walk(TREE) if isinstance(node, ast.Attribute)}
        self.assertEqual(sorted(attributes & TOO_NEW), [])
        # `int | None` in an annotation is text here; evaluated, it would need Python 3.10.
        for node in ast.walk(TREE):
            for default in getattr(node, "defaults", []) if isinstance(node, ast.arguments) else []:
                self.assertNotIsInstance(default, ast.BinOp)

    def test_every_function_says_the_type_of_all_it_takes_and_gives(self) -> None:
        untold: List[str] = []
        for node in ast.walk(TREE):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            arguments += [one for one in (node.args.vararg, node.args.kwarg) if one is not None]
            if node.returns is None:
                untold.append(node.name)
            untold += [f"{node.name}({one.arg})" for one in arguments if one.annotation is None and one.arg != "self"]
        self.assertEqual(untold, [])

    def test_it_loads_quickly_and_does_nothing_when_it_is_loaded(self) -> None:
        source = "import sys, threading, mcp_hub; print(threading.active_count(), 'asyncio' in sys.modules)"
        command = [sys.executable, "-W", "error", "-c", source]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True)
        self.assertEqual([done.stderr, done.returncode, done.stdout], ["", 0, "1 False\n"])


if __name__ == "__main__":
    unittest.main()
