"""MCP Hub for Python: keep a server registered, and ask which servers there are.

One file, the standard library alone, Python 3.9 or newer. Copy it beside your program, or take the one
that fits your hub: ``curl -O http://127.0.0.1:8001/clients/mcp_hub.py``.

A server, in one line that never waits for a hub and never fails because of one::

    register("MCP Server 1", "http://localhost:8002/mcp")

An agent::

    choice = Hub().choose(need="weather forecast")
    print(choice.reason, choice.url, choice.tool)

Settings of the environment: ``MCP_HUB_URL`` (several with commas; http://127.0.0.1:8001),
``MCP_HUB_TOKEN`` or ``MCP_HUB_TOKEN_FILE``, ``MCP_HUB_SERVICE_KEY`` and ``MCP_HUB_ADVERTISE_URL``. What
there is to say is said through the logger ``mcp_hub``.
"""

from __future__ import annotations

import atexit
import hashlib
import http.client
import io
import ipaddress
import json
import logging
import os
import random
import re
import socket
import threading
import time
import unicodedata
from base64 import b64encode
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Type, Union
from urllib.parse import quote, unquote, urlencode, urlsplit, urlunsplit

__all__ = ["register", "Registration", "Hub", "Choice", "Found", "HubError"]

DEFAULT_HUB_URL = "http://127.0.0.1:8001"

#: Characters. A token is much shorter.
_MOST_TOKEN = 16_384

_log = logging.getLogger("mcp_hub")

Json = Dict[str, Any]

#: A bearer token, or what says which one to send. A function is asked before each request, and again when the
#: hub refuses what it said: tokens of issuers are valid for a short time.
TokenSource = Union[str, Callable[[], Optional[str]]]


class HubError(Exception):
    """What went wrong in a request to a hub. The text of the error is a sentence for a person."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        retry_after_ms: Optional[float] = None,
        problem: Optional[Json] = None,
    ) -> None:
        super().__init__(detail)
        #: The HTTP status; 0 when there was no answer.
        self.status = status
        #: The hub's own code such as NAME_TAKEN, or one of ours: UNREACHABLE, TIMEOUT, NOT_A_HUB, HTTP_ERROR,
        #: and of a choice NOTHING_FITS, NOT_UP.
        self.code = code
        self.detail = detail
        #: How long the hub asks us to wait, in milliseconds.
        self.retry_after_ms = retry_after_ms
        #: The problem document as it came.
        self.problem: Json = problem if problem is not None else {}


# ---------------------------------------------------------------------------------------------- addresses


def _setting(name: str) -> Optional[str]:
    """A variable of the environment; an empty one is not set."""
    return os.environ.get(name, "").strip() or None


def _hub_url(text: str) -> str:
    """Mends what people write for the address of a hub. Raises ValueError for what cannot be one."""
    given = text.strip()

    def refusal(why: str) -> ValueError:
        return ValueError(f"The hub URL {why}. Expected a base such as {DEFAULT_HUB_URL}")

    if given == "":
        raise refusal("is empty")
    url = given if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", given) else f"http://{given}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise refusal(f"{_shown_url(url)!r} is not a URL")
    if parts.scheme not in ("http", "https"):
        raise refusal(f"{_shown_url(url)!r} uses {parts.scheme}:// instead of http:// or https://")
    if "@" in parts.netloc:
        raise refusal("holds a user name or password; give the token as MCP_HUB_TOKEN instead")
    path = re.sub(r"/mcp$", "", parts.path.rstrip("/"), flags=re.IGNORECASE)
    return f"{parts.scheme}://{parts.netloc}{path}"


def _hub_urls(value: Union[str, Sequence[str], None]) -> List[str]:
    given = value if value is not None else _setting("MCP_HUB_URL") or DEFAULT_HUB_URL
    texts = given.split(",") if isinstance(given, str) else list(given)
    urls = [_hub_url(text) for text in texts if text.strip() != ""]
    return list(dict.fromkeys(urls)) or [DEFAULT_HUB_URL]


def _shown_url(url: str) -> str:
    """A URL for a log: without user, password, query and fragment, any of which may be a secret."""
    try:
        parts = urlsplit(url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    except ValueError:
        return "(no URL)"


def _endpoint(name: str, url: object) -> str:
    """The URL of an MCP endpoint. Raises ValueError with a sentence for what is none."""
    example = "an http(s) URL such as http://localhost:8002/mcp"
    if not isinstance(url, str):
        raise TypeError(f"Expected `{name}` to be {example}, got {type(url).__name__}")
    try:
        parts = urlsplit(url)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_url = False
    if not is_url or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise ValueError(f"Expected `{name}` to be {example}, got {_shown_url(url)!r}")
    if "@" in urlsplit(url).netloc or urlsplit(url).fragment:
        raise ValueError(f"Expected `{name}` to hold no user, password or fragment")
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _loopback_for(host: str) -> List[str]:
    """The loopback addresses at which what listens on all addresses of this machine is reached; of another
    host none. What listens on all of IPv6 may leave those of IPv4 to others: uvicorn does so.
    """
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return []
    if not address.is_unspecified:
        return []
    return ["127.0.0.1"] if address.version == 4 else ["::1", "127.0.0.1"]


def _address_of(url: str) -> Tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _with_host(url: str, host: str) -> str:
    parts = urlsplit(url)
    name = f"[{host}]" if ":" in host else host
    place = name if parts.port is None else f"{name}:{parts.port}"
    return urlunsplit((parts.scheme, place, parts.path, parts.query, ""))


def _own_hosts(hub_url: str, family: int) -> List[str]:
    """Names and addresses of this machine, best first, as a hub elsewhere may know it."""
    hosts = [_setting("POD_IP") or "", *_facing(*_address_of(hub_url), family), socket.gethostname()]
    return list(dict.fromkeys(host for host in hosts if _is_useful_elsewhere(host)))


def _facing(host: str, port: int, family: int) -> List[str]:
    """Which addresses of this machine, of one family or any, face another host. Sends that host nothing."""
    found = []
    try:
        targets = socket.getaddrinfo(host, port, family, socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return []
    for own_family, kind, protocol, _, target in targets:
        try:
            with socket.socket(own_family, kind, protocol) as probe:
                probe.connect(target)
                found.append(str(probe.getsockname()[0]))
        except OSError:
            pass  # no way there for this kind of address
    return found


def _is_useful_elsewhere(host: str) -> bool:
    if host == "" or _is_loopback(host):
        return False
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return True
    return not (address.is_unspecified or address.is_link_local)


def _advertised(endpoint: str, advertise_url: Optional[str], hub_url: str) -> Tuple[str, List[str]]:
    """The URL a hub may reach a server at, and others to try.

    What somebody said comes first; a base gets the path of the endpoint. A hub on this machine gets the
    endpoint as it is. Another one cannot reach a loopback address, so it gets our guesses before it.
    """
    host = urlsplit(endpoint).hostname or ""
    own_hub = urlsplit(hub_url).hostname or ""
    is_hub_here = _is_loopback(own_hub) or _loopback_for(own_hub) != []
    urls = [_with_host(endpoint, one) for one in _loopback_for(host)] or [endpoint]
    if not is_hub_here and (_loopback_for(host) or _is_loopback(host)):
        # What listens on addresses of IPv4 is not to be reached at those of IPv6.
        family = socket.AF_INET if re.fullmatch(r"[\d.]+", host) else socket.AF_UNSPEC
        urls = [*(_with_host(endpoint, guess) for guess in _own_hosts(hub_url, family)), *urls]
    if advertise_url is not None:
        said = urlsplit(advertise_url)
        own = urlsplit(endpoint)
        is_base = said.path in ("", "/")
        urls.insert(0, urlunsplit((said.scheme, said.netloc, own.path, said.query, "")) if is_base else advertise_url)
    distinct = list(dict.fromkeys(urls))
    return distinct[0], distinct[1:17]


# --------------------------------------------------------------------------------------------------- HTTP


class _TimedReader(io.RawIOBase):
    """Reads from a socket until an instant, however small the pieces are that come."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._socket = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Optional[int]:
        self._socket.settimeout(_left_until(self._deadline))
        count: Optional[int] = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedSocket:
    """The part of a socket that http.client uses, with one limit of time for the whole exchange."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._socket = sock
        self._deadline = deadline

    def sendall(self, data: Any) -> None:
        self._socket.settimeout(_left_until(self._deadline))
        self._socket.sendall(data)

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._socket, self._deadline))

    def close(self) -> None:
        self._socket.close()


def _left_until(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise socket.timeout("timed out")
    return left


def _proxy_for(url: str) -> Optional[Tuple[str, str]]:
    """The proxy that the environment names for a URL, after the name of its variable; none ever for loopback.

    Names in small letters come first, and an empty one says none.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_loopback(host) or _is_exempt(host, os.environ.get("no_proxy", os.environ.get("NO_PROXY", ""))):
        return None
    for scheme in (parts.scheme, "all"):
        small = f"{scheme}_proxy"
        name = small if small in os.environ and os.name != "nt" else small.upper()  # Windows has no small letters
        # Whoever asks a CGI program sets its HTTP_PROXY by a header named Proxy.
        if os.environ.get(name) and not (name == "HTTP_PROXY" and "REQUEST_METHOD" in os.environ):
            return name, os.environ[name]
    return None


def _is_exempt(host: str, no_proxy: str) -> bool:
    """Whether a rule of NO_PROXY names a host, or a domain that it is in."""
    for rule in re.split(r"[\s,]+", no_proxy.lower()):
        name = re.sub(r"^\*?\.", "", re.sub(r"^([^:]+|\[.*\]):\d+$", r"\1", rule).strip("[]"))
        if rule == "*" or (name != "" and (host == name or host.endswith(f".{name}"))):
            return True
    return False


_tls: Any = None


def _tls_context() -> Any:
    """The certificates of this machine, read once: they are many."""
    global _tls
    if _tls is None:
        import ssl  # not every Python has it, and most hubs need none

        _tls = ssl.create_default_context()
    return _tls


def _connect(url: str, timeout: float) -> Tuple[http.client.HTTPConnection, str, Dict[str, str]]:
    """A connection to a hub, the prefix of the paths that it wants, and headers for a proxy."""
    secure = urlsplit(url).scheme == "https"
    host, port = _address_of(url)
    proxy = _proxy_for(url)

    def connection_to(host: str, port: int) -> http.client.HTTPConnection:
        if secure:
            return http.client.HTTPSConnection(host, port, timeout=timeout, context=_tls_context())
        return http.client.HTTPConnection(host, port, timeout=timeout)

    if proxy is None:
        return connection_to(host, port), "", {}
    name, address = proxy
    parts = urlsplit(address if "://" in address else f"http://{address}")
    if parts.scheme != "http" or parts.hostname is None:
        raise HubError(0, "UNREACHABLE", f"The proxy for {url} ({name}) is none that speaks HTTP")
    headers: Dict[str, str] = {}
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        headers["Proxy-Authorization"] = f"Basic {b64encode(secret).decode()}"
    connection = connection_to(parts.hostname, parts.port or 80)
    if secure:
        connection.set_tunnel(host, port, headers)
        return connection, "", {}
    place = urlsplit(url)
    return connection, f"{place.scheme}://{place.netloc}", headers


def _proxy_hint(url: str) -> str:
    """What to try where a proxy may stand in between. Never shows the proxy, whose URL may hold a password."""
    proxy = _proxy_for(url)
    if proxy is None:
        return ""
    return f". {proxy[0]} is set: if a proxy catches this address, set NO_PROXY={urlsplit(url).hostname}"


def _printable(secret: str, what: str) -> str:
    """A secret that may stand in a header. Raises ValueError, without the secret, for what may not."""
    text = secret.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        raise ValueError(f"{what} must be printable ASCII without spaces")
    return text


def _token_in(file: str) -> str:
    """The token in a file. It is read each time: whoever mounts such a token replaces it before it expires."""
    try:
        with open(file, encoding="utf-8") as stream:
            text = stream.read(_MOST_TOKEN + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise ValueError(f"MCP_HUB_TOKEN_FILE: {file} cannot be read ({why})") from None
    if len(text) > _MOST_TOKEN:
        raise ValueError(f"MCP_HUB_TOKEN_FILE: {file} holds no token: it is too long")
    return _printable(text, f"MCP_HUB_TOKEN_FILE: what {file} holds")


def _token_source(given: Optional[TokenSource]) -> Optional[Callable[[], Optional[str]]]:
    """What says the token for each request: what was given, or else the environment. None when nothing does.

    Raises ValueError for a token that can be none.
    """
    if callable(given):
        return given
    what = "The token" if given is not None else "MCP_HUB_TOKEN"
    text = given if given is not None else _setting("MCP_HUB_TOKEN")
    if text is not None:
        token = _printable(text, what)
        return lambda: token
    file = _setting("MCP_HUB_TOKEN_FILE")
    return None if file is None else lambda: _token_in(file)


class _Rest:
    """The REST side of one hub. Every request raises a HubError and nothing else."""

    def __init__(self, url: str, token: Optional[Callable[[], Optional[str]]], timeout: float) -> None:
        self.url = url
        self._token = token
        self._timeout = timeout
        #: What must not be seen in a log or an error, whoever sends it back to us.
        self.secrets: List[str] = []

    def keep_secret(self, secret: Optional[str]) -> None:
        if secret is not None and secret not in self.secrets:
            self.secrets = [*self.secrets, secret][-64:]

    def _token_now(self) -> Optional[str]:
        try:
            token = None if self._token is None else self._token()
            token = None if token is None else _printable(token, "The token")
        except Exception as error:  # a function of somebody else
            raise HubError(0, "NO_TOKEN", self.clean(error or type(error).__name__)) from None
        self.keep_secret(token)
        return token

    def clean(self, text: object, longest: int = 600) -> str:
        """Text of others as one line of a log: no secret, no control characters, not long."""
        line = str(text)[: 4 * longest]
        for secret in self.secrets:
            line = line.replace(secret, "***")
        return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", line)[:longest]

    def call(
        self,
        method: str,
        path: str,
        body: Optional[Mapping[str, Any]] = None,
        *,
        proof: Optional[str] = None,
        timeout: Optional[float] = None,
        most_bytes: int = 1_048_576,
    ) -> Optional[Json]:
        """The object that the hub answers; None for an empty answer."""
        limit = self._timeout if timeout is None else timeout
        token = self._token_now()
        try:
            return self._call(method, path, body, token, proof, limit, most_bytes)
        except HubError as error:
            again = self._token_now() if error.status == 401 else token
            if again == token:
                raise
        return self._call(method, path, body, again, proof, limit, most_bytes)

    def _call(
        self,
        method: str,
        path: str,
        body: Optional[Mapping[str, Any]],
        token: Optional[str],
        proof: Optional[str],
        limit: float,
        most_bytes: int,
    ) -> Optional[Json]:
        headers = {"Accept": "application/json", "User-Agent": "mcp-hub-python", "Connection": "close"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if proof is not None:
            headers["Mcp-Hub-Proof"] = proof
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = "application/json"
        try:
            return self._answer(*self._exchange(method, path, data, headers, limit, most_bytes))
        except HubError:
            raise
        except (socket.timeout, TimeoutError):
            hint = _proxy_hint(self.url)
            raise HubError(0, "TIMEOUT", f"The hub at {self.url} gave no answer within {limit:g} s{hint}") from None
        except (http.client.RemoteDisconnected, http.client.IncompleteRead):
            why = f"it closed the connection in the middle{_proxy_hint(self.url)}"
            raise HubError(0, "UNREACHABLE", f"The hub at {self.url} cannot be reached ({why})") from None
        except http.client.HTTPException as error:
            why = self.clean(type(error).__name__)
            raise self._not_a_hub(0, f"its answer is no HTTP: {why}") from None
        except Exception as error:  # whatever a socket, a resolver or TLS may raise
            why = self.clean(getattr(error, "strerror", None) or error or type(error).__name__, 200)
            hint = _proxy_hint(self.url)
            raise HubError(0, "UNREACHABLE", f"The hub at {self.url} cannot be reached ({why}){hint}") from None

    def _exchange(
        self,
        method: str,
        path: str,
        data: Optional[bytes],
        headers: Dict[str, str],
        limit: float,
        most_bytes: int,
    ) -> Tuple[int, Optional[str], bytes]:
        """One request and its answer: status, Retry-After, body. No redirect is followed."""
        deadline = time.monotonic() + limit
        connection, prefix, more = _connect(self.url, limit)
        try:
            connection.connect()
            connection.sock = _TimedSocket(connection.sock, deadline)  # has all that is used of it
            target = prefix + urlsplit(self.url).path + path
            connection.request(method, target, body=data, headers={**headers, **more})
            response = connection.getresponse()
            parts: List[bytes] = []
            size = 0
            while True:
                part = response.read(65_536)  # older Pythons make room for all that they may get
                if part == b"":
                    if response.length:
                        raise http.client.IncompleteRead(b"")
                    return response.status, response.getheader("Retry-After"), b"".join(parts)
                parts.append(part)
                size += len(part)
                if size > most_bytes:
                    raise self._not_a_hub(response.status, f"its answer is longer than {most_bytes} bytes")
        finally:
            connection.close()

    def _answer(self, status: int, retry_after: Optional[str], data: bytes) -> Optional[Json]:
        body: Optional[Json] = None
        try:
            parsed = json.loads(data.decode("utf-8"))
            body = parsed if isinstance(parsed, dict) else None
        except (ValueError, RecursionError):
            pass
        if body is not None and "jsonrpc" in body:
            raise self._not_a_hub(status, "it is an MCP endpoint: it speaks JSON-RPC")
        if 200 <= status < 300:
            if data == b"":
                return None
            if body is None:
                raise self._not_a_hub(status, "its answer is not a JSON object")
            return body
        problem = body if body is not None else {}
        code = problem.get("code")
        # A proxy in front of the hub answers 5xx and 429 with its own pages; those pass by themselves.
        if not isinstance(code, str) and status in (301, 302, 303, 307, 308, 404, 405):
            raise self._not_a_hub(status, f"it answered {status}")
        detail = problem.get("detail") or problem.get("title")
        plain = f"{self.url} answered {status}{_proxy_hint(self.url)}"
        said = self.clean(detail) if isinstance(detail, str) else plain
        wait = problem.get("retryAfterMs")
        wait_ms = _number(wait)
        if wait_ms is None:
            wait_ms = _retry_after_ms(retry_after)
        raise HubError(status, self.clean(code, 60) if isinstance(code, str) else "HTTP_ERROR", said, wait_ms, problem)

    def _not_a_hub(self, status: int, why: str) -> HubError:
        expected = f"MCP_HUB_URL must be the hub's own base URL, such as {DEFAULT_HUB_URL}"
        return HubError(status, "NOT_A_HUB", f"{self.url} answers, but not as an MCP Hub ({why}). {expected}")

    # What a server does to stay registered.

    def register(self, registration: Json, proof: Optional[str]) -> Json:
        self.keep_secret(registration.get("serviceKey"))
        answer = self.call("POST", "/register", registration, proof=proof)
        server = (answer or {}).get("server")
        instance = (answer or {}).get("instance")
        is_one = isinstance(server, dict) and isinstance(server.get("id"), str) and isinstance(instance, dict)
        if answer is None or not is_one:
            raise self._not_a_hub(200, "its answer to POST /register names no server and no instance")
        lease = answer.get("lease")
        if lease is not None:
            if not isinstance(lease, dict) or not re.fullmatch(r"[\x21-\x7e]{1,512}", str(lease.get("id"))):
                raise self._not_a_hub(200, "its answer to POST /register holds a lease that is none")
            self.keep_secret(lease["id"])
        return answer

    def renew(self, lease_id: str) -> Json:
        answer = self.call("PUT", f"/leases/{quote(lease_id, safe='')}", {})
        if answer is None:
            raise self._not_a_hub(200, "its answer to a heartbeat is empty")
        return answer

    def deregister(self, lease_id: str, timeout: float) -> None:
        self.call("DELETE", f"/leases/{quote(lease_id, safe='')}", timeout=timeout)


def _number(value: object) -> Optional[float]:
    """A number that the hub sent, if it is one: neither true nor NaN nor too large to count with."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if -1e15 < value < 1e15 else None


def _retry_after_ms(header: Optional[str]) -> Optional[float]:
    """`Retry-After` is seconds or an HTTP date; the answer is milliseconds from now."""
    if header is None:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d+)?", header.strip()):
        return float(header) * 1_000
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time()) * 1_000
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


# -------------------------------------------------------------------------------------------------- leases

#: The longest wait between two tries. One lease lives as long.
_RETRY_CAP_MS = 30_000.0
_FIRST_RETRY_MS = 1_000.0
_LONGEST_RETRY_AFTER_MS = 3_600_000.0
_SHORTEST_RETRY_AFTER_MS = 250.0
#: Without a lease the hub watches by itself; saying hello again now and then survives its loss.
_INTERVAL_WITHOUT_LEASE_MS = 30_000.0
#: A long sleep is cut into slices of this length, so that a machine that woke up is noticed.
_SLICE_MS = 2_000.0
#: How long leaving may hold up the end of a program, in seconds.
_LEAVE_BUDGET_S = 2.0
#: How long a server that listens somewhere else may take to be seen from here, in seconds.
_LISTEN_BUDGET_S = 10.0
#: The pauses between questions whether the hub reaches the server, in milliseconds.
_LOOKS_MS = (250, 500, 1_000, 2_000, 4_000, 8_000)


def _is_refusal(error: HubError) -> bool:
    """The hub understood and said no: trying again soon cannot help, but things may change."""
    if error.code == "NOT_A_HUB":
        return True
    return 400 <= error.status < 500 and error.status not in (404, 408, 429)


def _ask_again_delay_ms(retry_after_ms: object, chance: Callable[[], float]) -> float:
    """When to ask again for what the hub does not give yet: as it says, or up to 10 % later."""
    return min(max(_number(retry_after_ms) or 0.0, _SHORTEST_RETRY_AFTER_MS), _RETRY_CAP_MS) * (1 + 0.1 * chance())


def _retry_delay_ms(error: HubError, attempt: int, chance: Callable[[], float]) -> float:
    """How long to wait after the `attempt`-th failure in a row, from 0."""
    wait_ms = error.retry_after_ms
    if wait_ms is not None and error.status in (429, 503):
        # A little later than asked for, or everybody comes back at the same moment.
        return min(wait_ms, _LONGEST_RETRY_AFTER_MS) + chance() * _FIRST_RETRY_MS
    if wait_ms is not None and error.code == "NAME_TAKEN":
        return _ask_again_delay_ms(wait_ms, chance)
    if _is_refusal(error):
        return _RETRY_CAP_MS * (0.9 + 0.2 * chance())
    return chance() * min(_RETRY_CAP_MS, _FIRST_RETRY_MS * 2.0 ** min(attempt, 20))


def _heartbeat_delay_ms(interval_ms: float, chance: Callable[[], float]) -> float:
    """The next heartbeat: the hub's interval, give or take 10 %."""
    return interval_ms * (0.9 + 0.2 * chance())


class _Clock:
    """Time and chance, as the loop of a lease sees them. Tests give their own."""

    def monotonic_ms(self) -> float:
        """Never jumps, but may stand still while the machine sleeps."""
        return time.monotonic() * 1_000

    def wall_ms(self) -> float:
        """Goes on while the machine sleeps, but may be set."""
        return time.time() * 1_000

    def sleep(self, duration_ms: float, stop: threading.Event) -> None:
        """Returns after that time, or at once when `stop` is set."""
        stop.wait(duration_ms / 1_000)

    def chance(self) -> float:
        """A number from 0 up to 1."""
        return random.random()


def _sleep_unless_late(clock: _Clock, duration_ms: float, lateness_ms: float, stop: threading.Event) -> None:
    """Sleeps, but ends early when far more time has passed than was slept, on either clock.

    Then the machine or the process was suspended, and what was waited for is overdue.
    """
    remaining = duration_ms
    while remaining > 0 and not stop.is_set():
        part = min(_SLICE_MS, remaining)
        monotonic, wall = clock.monotonic_ms(), clock.wall_ms()
        clock.sleep(part, stop)
        passed = max(clock.monotonic_ms() - monotonic, clock.wall_ms() - wall)
        if passed - part > lateness_ms:
            return
        remaining -= part


class _Reporter:
    """Logs each trouble once, then nothing until it is over, then one line."""

    def __init__(self, rest: _Rest, on_status: Callable[[str], None], on_registered: Callable[[Json], None]) -> None:
        self._rest = rest
        self._on_status = on_status
        self._on_registered = on_registered
        self._was_registered = False
        self._trouble: Optional[str] = None

    def registered(self, answer: Json) -> None:
        if self._trouble is not None or not self._was_registered:
            server = answer["server"]
            name = self._rest.clean(server.get("name"), 200)
            where = f"{self._rest.url}/servers/{self._rest.clean(server['id'], 100)}"
            if self._was_registered:
                _log.info('the hub is back; registered "%s" again at %s', name, where)
            else:
                _log.info('registered "%s" at %s', name, where)
            self._on_registered(answer)
        self._was_registered = True
        self._trouble = None
        self._on_status("registered")

    def waiting(self, answer: Json) -> None:
        if self._trouble != "waiting":
            server = answer["server"]
            _log.info(
                'listed as "%s" at %s/servers/%s: the hub waits for the lease of another process at this endpoint to '
                "end. Asking again until then.",
                self._rest.clean(server.get("name"), 200),
                self._rest.url,
                self._rest.clean(server["id"], 100),
            )
        self._trouble = "waiting"
        self._on_status("lost" if self._was_registered else "registering")

    def renewed(self) -> None:
        if self._trouble is not None:
            _log.info("the hub at %s is back", self._rest.url)
        self._trouble = None
        self._on_status("registered")

    def failed(self, error: HubError) -> None:
        kind = error.code if _is_refusal(error) or error.code == "NO_TOKEN" else "unreachable"
        if kind != self._trouble:
            self._tell(error)
        self._trouble = kind
        unreached = "lost" if self._was_registered else "registering"
        self._on_status("refused" if _is_refusal(error) else unreached)

    def _tell(self, error: HubError) -> None:
        url = self._rest.url
        detail = self._rest.clean(error.detail)
        sentence = detail if detail.endswith((".", "!", "?")) else f"{detail}."
        if error.code == "NOT_A_HUB":
            _log.error("%s", sentence)
        elif error.code == "NO_TOKEN":
            _log.error("there is no token for the hub at %s: %s It is asked for again.", url, sentence)
        elif error.status in (401, 403):
            advice = "Set MCP_HUB_TOKEN to a token that may register, or MCP_HUB_TOKEN_FILE to a file with one."
            _log.error("the hub at %s refused: %s %s", url, sentence, advice)
        elif _is_refusal(error):
            later = " Asking again until it is free." if error.code == "NAME_TAKEN" else ""
            _log.error("the hub at %s refused: %s%s%s", url, sentence, self._problems(error), later)
        elif self._was_registered:
            _log.warning("%s The server keeps running, and registers again when the hub is back.", sentence)
        else:
            _log.warning("%s The server runs without it, and registers when the hub appears (MCP_HUB_URL).", sentence)

    def _problems(self, error: HubError) -> str:
        """The problems that the hub listed, if any."""
        listed = error.problem.get("errors")
        if not isinstance(listed, list):
            return ""
        texts = [f"{one.get('pointer')} {one.get('detail')}" for one in listed[:10] if isinstance(one, dict)]
        return f" ({self._rest.clean('; '.join(texts))})" if texts else ""


class _Keeper:
    """Keeps one server registered at one hub until `stop` is set, then leaves. Never raises."""

    def __init__(
        self, rest: _Rest, registration: Callable[[], Json], reporter: _Reporter, stop: threading.Event, clock: _Clock
    ) -> None:
        self._rest = rest
        self._registration = registration
        self._reporter = reporter
        self._stop = stop
        self._clock = clock
        self._must_register = True
        self._lease_id: Optional[str] = None
        #: The last lease, which proves that what was registered with it is ours, also after its end.
        self._proof: Optional[str] = None
        self._interval_ms = 10_000.0

    def run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            is_heartbeat = not self._must_register
            try:
                delay = self._renew() if is_heartbeat else self._register()
                failures = 0
            except Exception as caught:  # a fault of our own, or nonsense from the hub, must not end the loop
                error = caught if isinstance(caught, HubError) else HubError(0, "UNREACHABLE", repr(caught))
                if error.status == 404 and is_heartbeat:
                    # The hub lost us, and nobody else's fault delays us; the jitter spreads a whole fleet.
                    self._must_register = True
                    delay = self._clock.chance() * 1_000
                else:
                    if not self._stop.is_set():
                        self._reporter.failed(error)
                    delay = _retry_delay_ms(error, failures, self._clock.chance)
                    failures += 1
            _sleep_unless_late(self._clock, delay, 2 * self._interval_ms, self._stop)
        self._leave()

    def _register(self) -> float:
        """Each step returns how long to wait before the next one, in milliseconds."""
        self._must_register = True
        answer = self._rest.register(self._registration(), self._proof)
        lease = answer.get("lease")
        self._lease_id = None if lease is None else lease["id"]
        self._proof = self._lease_id or self._proof
        if self._stop.is_set():
            return 0
        if lease is None and answer.get("retryAfterMs") is not None:
            self._reporter.waiting(answer)
            return _ask_again_delay_ms(answer["retryAfterMs"], self._clock.chance)
        self._reporter.registered(answer)
        if lease is None:
            return _heartbeat_delay_ms(_INTERVAL_WITHOUT_LEASE_MS, self._clock.chance)
        self._must_register = False
        return self._clock.chance() * self._interval(lease.get("heartbeatMs"))

    def _renew(self) -> float:
        answer = self._rest.renew(self._lease_id or "")
        if not self._stop.is_set():
            self._reporter.renewed()
        return _heartbeat_delay_ms(self._interval(answer.get("heartbeatMs")), self._clock.chance)

    def _interval(self, heartbeat_ms: object) -> float:
        """The hub dictates, within reason: neither a flood nor a heartbeat that never comes."""
        self._interval_ms = min(max(_number(heartbeat_ms) or 10_000.0, 250.0), 3_600_000.0)
        return self._interval_ms

    def _leave(self) -> None:
        """Failing is no error: the lease ends by itself."""
        lease_id, self._lease_id = self._lease_id, None
        if lease_id is None:
            return
        try:
            self._rest.deregister(lease_id, _LEAVE_BUDGET_S)
        except HubError as error:
            _log.debug("could not deregister: %s", self._rest.clean(error.detail))


# ------------------------------------------------------------------------------------------- registration

#: What runs in this process, and the lock of all of it. A child that is forked has neither threads nor leases.
_lock = threading.RLock()
_running: List["_Run"] = []


def _forget_in_child() -> None:
    global _lock
    _lock = threading.RLock()
    _running.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)

#: From best to worst: what is said of several hubs at once is the best of it.
_RANKING = ("registered", "lost", "registering", "refused")


class _Run:
    """The registrations of one server at all hubs, from a start to a close, in one process."""

    def __init__(self, options: "_Options", clock: _Clock) -> None:
        self._options = options
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self._statuses: Dict[str, str] = {}
        self._over: List[threading.Event] = []
        for url in options.hub_urls:
            over = threading.Event()
            self._over.append(over)
            rest = _Rest(url, options.token, 5.0)
            thread = threading.Thread(target=self._keep, args=(rest, over, clock), name="mcp-hub-lease", daemon=True)
            thread.start()

    def _keep(self, rest: _Rest, over: threading.Event, clock: _Clock) -> None:
        try:
            def on_status(status: str) -> None:
                with self._changed:
                    self._statuses[rest.url] = status
                    self._changed.notify_all()

            def on_registered(answer: Json) -> None:
                target = _tell_finding
                args = (rest, answer, self._options.advertise_url, self._stop)
                threading.Thread(target=target, args=args, name="mcp-hub-finding", daemon=True).start()

            if _wait_until_it_listens(self._options.endpoint, self._stop):
                reporter = _Reporter(rest, on_status, on_registered)
                _Keeper(rest, lambda: self._options.registration_for(rest.url), reporter, self._stop, clock).run()
        except Exception as error:  # the program goes on, whatever is wrong here
            _log.error("the registration at %s has ended: %s", rest.url, rest.clean(repr(error)))
        finally:
            over.set()

    @property
    def status(self) -> str:
        if not self._over:
            return "refused"
        known = set(self._statuses.values())
        return next((one for one in _RANKING if one in known), "registering")

    def wait(self, timeout: Optional[float]) -> bool:
        with self._changed:
            ends = ("registered",) if self._over else ("registered", "refused")
            self._changed.wait_for(lambda: self.status in ends or self._stop.is_set(), timeout)
            return self.status == "registered" and not self._stop.is_set()

    def stop(self) -> None:
        self._stop.set()
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Has every hub take the server off its list; waits for that, but not for long."""
        self.stop()
        deadline = time.monotonic() + _LEAVE_BUDGET_S
        for over in self._over:
            over.wait(max(0.0, deadline - time.monotonic()))


def _wait_until_it_listens(endpoint: str, stop: threading.Event) -> bool:
    """Waits until something accepts connections at the endpoint; False when stopped before.

    A program often registers before it listens, and a hub that looks at once would find nothing. What is
    not on this machine may be out of sight from here, so it is waited for `_LISTEN_BUDGET_S` and no longer.
    """
    host, port = _address_of(endpoint)
    targets = _loopback_for(host) or [host]
    is_here = _is_loopback(targets[0])
    begin = time.monotonic()
    pause, is_told = 0.02, False
    while not stop.is_set():
        why = ""
        for target in targets:
            try:
                socket.create_connection((target, port), timeout=2).close()
                return True
            except OSError as error:
                why = error.strerror or type(error).__name__
        waited = time.monotonic() - begin
        if not is_here and waited > _LISTEN_BUDGET_S:
            return True
        if is_here and waited > _LISTEN_BUDGET_S and not is_told:
            is_told = True
            url = _shown_url(endpoint)
            _log.warning("nothing listens at %s yet (%s); will register when something does", url, why)
        stop.wait(pause)
        pause = min(pause * 1.5, 1.0 if is_told else 0.25)
    return False


def _tell_finding(rest: _Rest, answer: Json, advertise_url: Optional[str], stop: threading.Event) -> None:
    """Says whether the hub reaches the server, what it cannot use of it, and what to do."""
    try:
        warnings = answer.get("warnings")
        for warning in warnings[:10] if isinstance(warnings, list) else []:
            _log.warning("%s", rest.clean(warning))
        path = f"/servers/{quote(answer['server']['id'], safe='')}"
        for index, look_ms in enumerate(_LOOKS_MS):
            if stop.wait(look_ms / 1_000):
                return
            try:
                server = rest.call("GET", path, most_bytes=16_777_216) or {}
            except HubError as error:
                # A token that may only register is not let in at the next look either.
                if error.status in (401, 403):
                    return
                continue
            if _tell_instance(rest, server, answer["instance"].get("id"), advertise_url, index == len(_LOOKS_MS) - 1):
                return
    except Exception as error:  # news of the hub are no reason for trouble
        _log.debug("could not read what the hub found: %s", rest.clean(repr(error)))


def _tell_instance(rest: _Rest, server: Json, instance_id: object, advertise_url: Optional[str], is_last: bool) -> bool:
    """Says what the hub found, if it has found out; returns whether it has."""
    instances = server.get("instances")
    own = [one for one in instances if one.get("id") == instance_id] if isinstance(instances, list) else []
    if not own or own[0].get("status") == "pending" or (own[0].get("status") == "suspect" and not is_last):
        return False
    instance = own[0]
    url = rest.clean(_shown_url(str(instance.get("endpoint"))))
    problem = instance.get("problem")
    finding = f"{problem.get('cause')} {problem.get('fix')}" if isinstance(problem, dict) else None
    if instance.get("status") == "up":
        tools = (server.get("capabilities") or {}).get("tools")
        count = "" if tools is None else f" ({tools} {'tool' if tools == 1 else 'tools'})"
        _log.info("the hub reaches it at %s%s", url, rest.clean(count))
        registered = instance.get("registeredEndpoint")
        if registered != instance.get("endpoint"):
            _log.warning(
                "the hub does not reach this server at %s, and uses %s instead. Correct the %s",
                rest.clean(_shown_url(str(registered))),
                url,
                "endpoint" if advertise_url is None else "advertised URL (MCP_HUB_ADVERTISE_URL), or remove it",
            )
        warnings = instance.get("warnings")
        for warning in warnings[:10] if isinstance(warnings, list) else []:
            _log.warning("the hub says: %s", rest.clean(warning))
    elif finding is None:
        return False
    elif instance.get("status") == "needs-token":
        _log.warning("the hub reaches %s: %s", url, rest.clean(finding))
    else:
        _log.warning("the hub cannot reach %s: %s", url, rest.clean(finding))
    return True


class _Options:
    """What to register and where, checked."""

    def __init__(
        self,
        name: str,
        endpoint: str,
        profile: Dict[str, Any],
        *,
        hub_url: Union[str, Sequence[str], None],
        token: Optional[TokenSource],
        service_key: Optional[str],
        advertise_url: Optional[str],
        lease_ttl_ms: Optional[int],
    ) -> None:
        if not isinstance(name, str) or not 1 <= len(name.strip()) <= 200:
            raise ValueError(f"Expected `name` to be text of 1-200 characters, got {name!r}"[:300])
        self.name = name
        self.endpoint = _endpoint("endpoint", endpoint)
        if lease_ttl_ms is not None and (not isinstance(lease_ttl_ms, int) or lease_ttl_ms < 1):
            raise ValueError(f"Expected `lease_ttl_ms` to be whole milliseconds, got {lease_ttl_ms!r}"[:300])
        self.lease_ttl_ms = lease_ttl_ms
        self.hub_urls: List[str] = []
        self.token: Optional[Callable[[], Optional[str]]] = None
        self._profile = {key: value for key, value in profile.items() if value is not None}
        for key in ("tags", "icons"):
            if isinstance(self._profile.get(key), str):
                raise TypeError(f"Expected `{key}` to be a list, got text")
        json.dumps(self._profile)  # raises TypeError or ValueError for what is no JSON
        if hub_url is not None:
            self.hub_urls = _hub_urls(hub_url)
        if token is not None:
            self.token = _token_source(token)
        self.advertise_url = None if advertise_url is None else _endpoint("advertise_url", advertise_url)
        self.service_key = service_key
        self._given = {"hub_url": hub_url, "token": token, "advertise_url": advertise_url, "service_key": service_key}

    def read_environment(self) -> None:
        """Fills in what was not given. A program is not to blame for its environment: what is wrong is said."""
        if self._given["service_key"] is None:
            self.service_key = _setting("MCP_HUB_SERVICE_KEY")
        if self._given["token"] is None:
            try:
                self.token = _token_source(None)
            except ValueError as error:
                _log.error("%s, so it is not used", error)
                self.token = None
        if self._given["advertise_url"] is None:
            said = _setting("MCP_HUB_ADVERTISE_URL")
            try:
                self.advertise_url = None if said is None else _endpoint("MCP_HUB_ADVERTISE_URL", said)
            except ValueError as error:
                _log.error("%s, so it is not used", error)
                self.advertise_url = None
        if self._given["hub_url"] is None:
            try:
                self.hub_urls = _hub_urls(None)
            except ValueError as error:
                _log.error("%s. Serving without a hub", error)
                self.hub_urls = []

    def registration_for(self, hub_url: str) -> Json:
        endpoint, candidates = _advertised(self.endpoint, self.advertise_url, hub_url)
        instance_id = hashlib.sha256(f"{self.name}\n{endpoint}".encode()).hexdigest()[:16]
        optional = {"candidates": candidates or None, "serviceKey": self.service_key}
        return {
            "name": self.name,
            "endpoint": endpoint,
            "instanceId": instance_id,
            "lease": {} if self.lease_ttl_ms is None else {"ttlMs": self.lease_ttl_ms},
            **self._profile,
            **{key: value for key, value in optional.items() if value is not None},
        }


class Registration:
    """A server that is kept registered: a handle, a context manager, and a lifespan for FastAPI or FastMCP.

    It has no process of its own and no thread that keeps a program alive. A child that is forked leaves it
    to its parent. All methods may be called from any thread.
    """

    def __init__(self, options: _Options) -> None:
        self._options = options
        self._run: Optional[_Run] = None
        self._start()

    def _start(self) -> None:
        with _lock:
            if self._current() is not None:
                return
            self._options.read_environment()
            self._run = _Run(self._options, _Clock())
            _running.append(self._run)

    def _current(self) -> Optional[_Run]:
        return self._run if self._run in _running else None

    @property
    def status(self) -> str:
        """`registering` until a hub knows it, `registered`, `lost` while the hub is away, `refused` when the
        hub said no (the log says why), `closed`. Of several hubs, the best."""
        run = self._current()
        return "closed" if run is None else run.status

    def wait(self, timeout: Optional[float] = None) -> bool:
        """Waits until a hub has registered it, at most that many seconds; returns whether one has."""
        run = self._current()
        return run is not None and run.wait(timeout)

    def close(self) -> None:
        """Deregisters. Takes at most 2 seconds, whatever the hubs do. Closing twice is fine."""
        with _lock:
            run = self._current()
            if run is not None:
                _running.remove(run)
        if run is not None:
            run.close()

    def __enter__(self) -> "Registration":
        self._start()
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    async def __aenter__(self) -> "Registration":
        self._start()
        return self

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        import asyncio  # only who uses this has a loop, and it takes longer to load than all of this file

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a loop of another kind; it waits 2 s at most
            self.close()
        else:
            await loop.run_in_executor(None, self.close)

    def __call__(self, app: object = None) -> "_Lifespan":
        """What `lifespan=` of FastAPI, Starlette and FastMCP wants to call."""
        return _Lifespan(self, app)


class _Lifespan:
    """Registered while an app runs. It adds nothing to the state of the app."""

    def __init__(self, registration: Registration, app: object) -> None:
        self._registration = registration
        # FastMCP merges what several lifespans give. Starlette wants a server that knows of state for it.
        self._state: Any = None if hasattr(app, "router") else {}

    async def __aenter__(self) -> Any:
        await self._registration.__aenter__()
        return self._state

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        await self._registration.__aexit__(kind, error, trace)


def register(
    name: str,
    endpoint: str,
    *,
    transport: str = "streamable-http",
    title: Optional[str] = None,
    description: Optional[str] = None,
    version: Optional[str] = None,
    tags: Optional[Sequence[str]] = None,
    owner: Optional[str] = None,
    repository: Optional[str] = None,
    website_url: Optional[str] = None,
    icons: Optional[Sequence[Mapping[str, Any]]] = None,
    metadata: Optional[Mapping[str, Any]] = None,
    hub_url: Union[str, Sequence[str], None] = None,
    token: Optional[TokenSource] = None,
    service_key: Optional[str] = None,
    advertise_url: Optional[str] = None,
    lease_ttl_ms: Optional[int] = None,
) -> Registration:
    """Keeps an MCP server registered with MCP Hub for as long as this process runs. Returns at once.

    A plain call lasts until the program ends; `with`, `async with` and `lifespan=` last as long as their
    block. It registers as soon as something listens at the endpoint. A hub that is away, slow or unwilling
    never delays or breaks the program: it is told once in the log and asked again for ever.

    :param name: what people see, 1-200 characters.
    :param endpoint: the URL the server answers MCP at, such as http://localhost:8002/mcp.
    :param transport: ``streamable-http`` or ``sse``.
    :param hub_url: one hub or several. Default: ``MCP_HUB_URL``, else http://127.0.0.1:8001.
    :param token: bearer token for the hubs, or a function that says it, which is asked before each request.
        Default: ``MCP_HUB_TOKEN``, or else what is in the file ``MCP_HUB_TOKEN_FILE`` then.
    :param service_key: lets further instances join this name. Default: ``MCP_HUB_SERVICE_KEY``.
    :param advertise_url: where the hub reaches the server: a whole URL, or a base to which the path is
        added. Default: ``MCP_HUB_ADVERTISE_URL``, else the endpoint, and for a hub elsewhere what is known
        of this machine.
    :param lease_ttl_ms: how long the hub waits for a heartbeat. Default: the hub's.
    :raises ValueError, TypeError: for an argument that can never work.
    """
    if transport not in ("streamable-http", "sse"):
        raise ValueError(f"Expected `transport` to be 'streamable-http' or 'sse', got {transport!r}"[:200])
    profile = {
        "transport": transport,
        "title": title,
        "description": description,
        "version": version,
        "tags": tags if tags is None or isinstance(tags, str) else list(tags),
        "owner": owner,
        "repository": repository,
        "websiteUrl": website_url,
        "icons": icons if icons is None or isinstance(icons, str) else list(icons),
        "metadata": metadata,
    }
    options = _Options(
        name,
        endpoint,
        profile,
        hub_url=hub_url,
        token=token,
        service_key=service_key,
        advertise_url=advertise_url,
        lease_ttl_ms=lease_ttl_ms,
    )
    return Registration(options)


@atexit.register
def _leave_at_exit() -> None:
    """All at once: a program with many servers ends as soon as one with a single one."""
    with _lock:
        runs = list(_running)
        _running.clear()
    for run in runs:
        run.stop()
    for run in runs:
        run.close()


# ------------------------------------------------------------------------------------------ asking the hub

#: In one of these states a server answers calls: `degraded` is one of whose instances not all are up.
_USABLE = ("up", "degraded")
#: In one of these it answers nothing.
_AWAY = ("suspect", "unreachable", "down")
#: Tools of the first look for a question, which are enough for most; and of all looks.
_FIRST_HITS, _MOST_HITS = 50, 1_000
#: How much of the best score a match must have, to stand in for a better one that cannot be used.
_STANDS_IN = 0.5


class Found(NamedTuple):
    """A server that fits a question."""

    #: As in ``GET /servers``.
    server: Json
    #: Its tools that fit, as in ``GET /tools``, the best first. Empty where only its own words do.
    tools: List[Json]
    #: Whether it can be used now: it is up, or has an instance that is.
    is_usable: bool
    #: Why it fits, and what is in the way if it cannot be used. Sentences.
    reason: str


class Choice(NamedTuple):
    """The server that was chosen."""

    #: As in ``GET /servers``.
    server: Json
    #: Its tool that fits best, by its own name, where a need or a tool was named and not only its words fit.
    tool: Optional[str]
    #: Why it was chosen, in a sentence or two.
    reason: str
    #: Its MCP endpoint through the hub, where its tools have their own names.
    url: str
    #: Those that would have fitted, and why each was not taken.
    others: List[Tuple[Json, str]]

    @property
    def id(self) -> str:
        return str(self.server["id"])

    @property
    def name(self) -> str:
        return str(self.server["name"])

    @property
    def endpoint(self) -> str:
        """Its own endpoint. Whether it can be reached from here is another question."""
        return str(self.server["endpoint"])


class _Target(NamedTuple):
    """One endpoint that a framework is told of."""

    #: The id of a server or a toolset, or `hub`.
    key: str
    url: str
    #: `http` or `sse`.
    short: str
    #: What goes into its data beside the URL: nothing, or `headers`.
    headers: Json


def _quoted(names: Sequence[str]) -> str:
    """Texts in quotes: the first ten, and how many more there are."""
    shown = ", ".join(f'"{name}"' for name in names[:10])
    return f"{shown} and {len(names) - 10} more" if len(names) > 10 else shown


def _why_not(server: Json) -> str:
    """Why a server cannot be used now: a sentence that begins with its name."""
    instances = server.get("instances")
    problems = [one.get("problem") for one in instances or [] if isinstance(one, dict)]
    said = next((one for one in problems if isinstance(one, dict)), None)
    status = server["status"]
    state = "wants a token" if status == "needs-token" else f"is {status}"
    return f'"{server["name"]}" {state}' + ("." if said is None else f": {said.get('cause')} {said.get('fix')}")


def _first_sentence(text: str) -> str:
    """The first sentence of a text, and of a long one its beginning."""
    line = " ".join(text.split())
    found = re.match(r".*?[.!?](?=\s|$)", line)
    sentence = found.group(0) if found else line
    return sentence if len(sentence) <= 160 else f"{sentence[:159].rstrip()}…"


def _headers(token: Optional[str]) -> Json:
    return {} if token is None else {"headers": {"Authorization": f"Bearer {_printable(token, 'The token')}"}}


def _folded(name: object) -> str:
    return unicodedata.normalize("NFKC", str(name)).strip().lower()


def _score(found: Found) -> float:
    return (_number(found.tools[0].get("score")) or 0.0) if found.tools else 0.0


def _texts(value: Union[str, Sequence[str], None], what: str) -> Optional[List[str]]:
    """One list of what may be one text, several or none."""
    if value is None:
        return None
    texts = [value] if isinstance(value, str) else list(value)
    if not texts or not all(isinstance(one, str) and one.strip() for one in texts):
        raise ValueError(f"Expected `{what}` to name at least one; leave it out for all")
    return sorted(set(texts))


class Hub:
    """A hub that is asked. Every request raises a HubError and nothing else.

    The methods wait for the hub's answer, at most `timeout` seconds. In a coroutine:
    ``await asyncio.to_thread(hub.choose, need="weather forecast")``.
    """

    def __init__(
        self, url: Optional[str] = None, *, token: Optional[TokenSource] = None, timeout: float = 5.0
    ) -> None:
        """Raises ValueError for a URL or a token that can be none. Of several URLs the first is asked."""
        self.url = _hub_urls(url)[0]
        self._rest = _Rest(self.url, _token_source(token), timeout)

    def servers(
        self,
        *,
        q: Optional[str] = None,
        tag: Union[str, Sequence[str], None] = None,
        status: Union[str, Sequence[str], None] = None,
        hidden: bool = False,
    ) -> List[Json]:
        """The servers, ordered by id, of all pages: all, or those with these words, all tags, one of the states."""
        query = {"q": q, "tag": _texts(tag, "tag"), "status": _texts(status, "status")}
        return self._pages("/servers", {**query, "hidden": "true" if hidden else None}, "servers")

    def server(self, id: str) -> Json:
        """One server with its instances, their last probe, and warnings."""
        return self._get(f"/servers/{quote(id, safe='')}", {})

    def tools(
        self,
        q: Optional[str] = None,
        *,
        status: Union[str, Sequence[str], None] = None,
        hidden: bool = False,
        limit: Optional[int] = None,
    ) -> List[Json]:
        """Tools of all servers: the 20 that fit `q` best, or all of them. `limit`: at most so many."""
        if limit is not None and limit < 1:
            raise ValueError(f"Expected `limit` to be 1 or more, got {limit!r}")
        query = {"q": q, "status": _texts(status, "status"), "hidden": "true" if hidden else None}
        return self._pages("/tools", query, "tools", limit if limit is not None else 20 if q else None)

    def find(self, question: str, *, at_least: int = 10, hidden: bool = False) -> List[Found]:
        """The servers that fit a question, the best first.

        Those with tools that fit come in the order of the hub's search, then those whose name, description,
        tags or tools contain all of its words. Tools are read until `at_least` servers are among them: one
        server may have many that fit. `hidden`: those servers too that an operator hid.
        """
        return self._find(question, at_least, hidden, lambda _server: True)

    def _find(self, question: str, at_least: int, hidden: bool, counts: Callable[[Json], bool]) -> List[Found]:
        """As `find`, where only some servers count for `at_least`."""
        if not question.strip():
            raise ValueError("Expected `question` to say what is looked for")
        servers = self.servers(hidden=hidden)
        counted = {one["id"] for one in servers if counts(one)}
        enough = min(at_least, len(counted))
        query = {"q": question[:500], "hidden": "true" if hidden else None}

        def is_enough(hits: List[Json]) -> bool:
            return len(counted & {one["serverId"] for one in hits}) >= enough

        hits = self._pages("/tools", query, "tools", _MOST_HITS, is_enough)
        return self._gathered(servers, hits, self.servers(q=question[:200], hidden=hidden))

    def choose(
        self,
        *,
        need: Optional[str] = None,
        name: Optional[str] = None,
        tag: Union[str, Sequence[str], None] = None,
        tool: Optional[str] = None,
    ) -> Choice:
        """The one server to use: of those that fit, the best that is up.

        What is said together must all hold; the same catalogue gives the same choice.

        :param need: what it should be able to do, in words.
        :param name: its id, or its name.
        :param tag: a tag that it has, or several, all of which it has.
        :param tool: the exact name of a tool that it has.
        :raises HubError: ``NOT_UP`` (503) when what fits cannot be used now, ``NOTHING_FITS`` (404) when nothing
            does. The text says what was looked for and what there is.
        """
        tags = [] if tag is None else _texts(tag, "tag") or []
        if all(one is None for one in (need, name, tag, tool)) or not all(
            one is None or one.strip() for one in (need, name, tool)
        ):
            raise TypeError("Expected one of `need`, `name`, `tag` and `tool`, and none of them empty")
        wanted = [
            ("the name", [name] if name is not None else []),
            ("the tag" if len(tags) == 1 else "the tags", tags),
            ("a tool named", [tool] if tool is not None else []),
            ("the need", [need] if need is not None else []),
        ]
        sought = " and ".join(f"{what} {_quoted(texts)}" for what, texts in wanted if texts)

        def fits(server: Json) -> bool:
            is_named = name is None or server["id"] == name or _folded(server["name"]) == _folded(name)
            return is_named and set(tags) <= set(server.get("tags") or [])

        # Who names a server means it also where an operator hid it.
        candidates = self._candidates(need, tool, name is not None, fits)
        fitting = [one for one in candidates if fits(one.server)]
        best = self._best(fitting)
        if best is None:
            raise self._nothing(sought, fitting)
        server = best.server
        reason = best.reason or f'"{server["name"]}" has {sought} and is {server["status"]}.'
        before = [one.server["name"] for one in fitting[: fitting.index(best)] if not one.is_usable]
        if before:
            reason += f" {_quoted(before)} would come first, but cannot be used now."
        more = sum(one is not best and one.is_usable for one in fitting)
        if more:
            reason += f" {more} other{'' if more == 1 else 's'} that can be used would fit too."
        return Choice(
            server,
            str(best.tools[0]["name"]) if best.tools else None,
            reason,
            self.gateway_url(servers=server["id"]),
            [(one.server, self._why_passed(one, best)) for one in fitting if one is not best],
        )

    def _candidates(
        self, need: Optional[str], tool: Optional[str], hidden: bool, fits: Callable[[Json], bool]
    ) -> List[Found]:
        """The best first. Without a need, each is as good as the others, and they are in the order of their ids."""
        having = None if tool is None else {str(one.server["id"]): one for one in self._with_tool(tool, hidden)}
        if need is None and having is not None:
            return [having[server_id] for server_id in sorted(having)]
        if need is None:
            servers = sorted(self.servers(hidden=hidden), key=lambda one: str(one["id"]))
            return [Found(one, [], one["status"] in _USABLE, "") for one in servers]

        def counts(server: Json) -> bool:
            return server["status"] in _USABLE and fits(server) and (having is None or server["id"] in having)

        found = self._find(need, 1, hidden, counts)
        if having is None:
            return found
        return [having[one.server["id"]] for one in found if one.server["id"] in having]

    def _with_tool(self, tool: str, hidden: bool) -> List[Found]:
        """The servers that have a tool of exactly this name."""
        hits = self.tools(tool[:500], hidden=hidden, limit=_MOST_HITS)
        if not any(one["name"] == tool for one in hits):
            hits = self.tools(hidden=hidden)
        return self._gathered(self.servers(hidden=hidden), [one for one in hits if one["name"] == tool], [])

    @staticmethod
    def _gathered(servers: List[Json], hits: List[Json], named: List[Json]) -> List[Found]:
        """Puts hits together by server. A server that has come or gone in between is left out."""
        by_id = {one["id"]: one for one in servers}
        tools: Dict[str, List[Json]] = {}
        for hit in hits:
            tools.setdefault(hit["serverId"], []).append(hit)
        for one in named:
            tools.setdefault(one["id"], [])
        found = []
        for server_id, own in tools.items():
            server = by_id.get(server_id)
            if server is None:
                continue
            if own:
                about = own[0].get("description")
                why = f'The tool "{own[0]["name"]}" of "{server["name"]}" fits'
                why += f": {_first_sentence(about)}" if isinstance(about, str) else "."
            else:
                why = f'"{server["name"]}" has these words in its name, description, tags or tools.'
            is_usable = server["status"] in _USABLE
            found.append(Found(server, own, is_usable, why if is_usable else f"{why} But {_why_not(server)}"))
        return found

    @staticmethod
    def _best(fitting: List[Found]) -> Optional[Found]:
        """The first that can be used, those before others whose operator has not given them up."""
        least = _STANDS_IN * max(map(_score, fitting), default=0.0)
        possible = [one for one in fitting if one.is_usable and _score(one) >= least]
        kept = [one for one in possible if one.server.get("lifecycle") != "deprecated"]
        # Of equals, one of which all instances are up.
        whole = [one for one in kept if one.server["status"] == "up" and _score(one) == _score(possible[0])]
        return next(iter([*whole, *kept, *possible]), None)

    @staticmethod
    def _why_passed(one: Found, best: Found) -> str:
        name = f'"{one.server["name"]}"'
        if not one.is_usable:
            return _why_not(one.server)
        if one.server.get("lifecycle") == "deprecated":
            return f"{name} is deprecated."
        if _score(one) != _score(best):
            return f"{name} fits less well."
        is_same = one.server["status"] == best.server["status"]
        return f"{name} fits as well, and comes later." if is_same else f"{name} is {one.server['status']}."

    def _nothing(self, sought: str, fitting: List[Found]) -> HubError:
        servers = self.servers()
        if not fitting:
            count = "1 server" if len(servers) == 1 else f"{len(servers)} servers"
            names = [str(one["name"]) for one in servers]
            known = f"The hub knows {count}: {_quoted(names)}." if servers else "The hub knows no server yet."
            return HubError(404, "NOTHING_FITS", self._rest.clean(f"No server fits {sought}. {known}", 2_000))
        why = [_why_not(one.server) for one in fitting if not one.is_usable][:3]
        weak = [str(one.server["name"]) for one in fitting if one.is_usable]
        rest = [f"{_quoted(weak)} can be used, but fits far less well."] if weak else []
        detail = " ".join([f"What fits {sought} cannot be used now.", *why, *rest])
        return HubError(503, "NOT_UP", self._rest.clean(detail, 2_000))

    def gateway_url(
        self,
        *,
        servers: Union[str, Sequence[str], None] = None,
        tags: Union[str, Sequence[str], None] = None,
        toolset: Optional[str] = None,
        mode: Optional[str] = None,
    ) -> str:
        """The one MCP endpoint of the hub for all servers, for some (ids), for tags, or for a toolset.

        A single server keeps its own names. ``mode="search"``: the hub's search tools instead of all tools.
        """
        return self._connection(servers, tags, toolset, mode)[1]

    def fastmcp(
        self,
        *,
        servers: Union[str, Sequence[str], None] = None,
        tags: Union[str, Sequence[str], None] = None,
        toolset: Optional[str] = None,
        mode: Optional[str] = None,
        via: Optional[str] = None,
        token: Optional[str] = None,
    ) -> Json:
        """For ``fastmcp.Client(...)``.

        :param via: ``gateway``: one endpoint of the hub. ``direct``: each server at its own, which asks the hub;
            one that cannot be used now is left out, with a warning in the log. Default: gateway.
        :param token: a token for the hub, which then stands in the data. Default: none, also where this has one.
        """
        targets = self._targets(servers, tags, toolset, mode, via, token)
        return {"mcpServers": {one.key: {"url": one.url, "transport": one.short, **one.headers} for one in targets}}

    def langchain(
        self,
        *,
        servers: Union[str, Sequence[str], None] = None,
        tags: Union[str, Sequence[str], None] = None,
        toolset: Optional[str] = None,
        mode: Optional[str] = None,
        via: Optional[str] = None,
        token: Optional[str] = None,
    ) -> Json:
        """For ``MultiServerMCPClient(...)`` of langchain-mcp-adapters.

        With several servers directly, give it ``tool_name_prefix=True`` too: two may have tools of one name.
        """
        targets = self._targets(servers, tags, toolset, mode, via, token)
        kinds = {"http": "streamable_http", "sse": "sse"}
        return {one.key: {"transport": kinds[one.short], "url": one.url, **one.headers} for one in targets}

    def adk(
        self,
        *,
        servers: Union[str, Sequence[str], None] = None,
        tags: Union[str, Sequence[str], None] = None,
        toolset: Optional[str] = None,
        mode: Optional[str] = None,
        via: Optional[str] = None,
        token: Optional[str] = None,
    ) -> Json:
        """For ``StreamableHTTPConnectionParams(**...)`` of Google ADK, which ``McpToolset`` takes.

        It holds one endpoint, so directly it takes the id of one server.
        """
        only = self._only(self._targets(servers, tags, toolset, mode, via, token, speaks_sse=False))
        return {"url": only.url, **only.headers}

    def openai_agents(
        self,
        *,
        servers: Union[str, Sequence[str], None] = None,
        tags: Union[str, Sequence[str], None] = None,
        toolset: Optional[str] = None,
        mode: Optional[str] = None,
        via: Optional[str] = None,
        token: Optional[str] = None,
    ) -> Json:
        """For ``MCPServerStreamableHttp(**...)`` of OpenAI Agents.

        It holds one endpoint, so directly it takes the id of one server.
        """
        only = self._only(self._targets(servers, tags, toolset, mode, via, token, speaks_sse=False))
        return {"name": only.key, "params": {"url": only.url, **only.headers}}

    def _targets(
        self,
        servers: Union[str, Sequence[str], None],
        tags: Union[str, Sequence[str], None],
        toolset: Optional[str],
        mode: Optional[str],
        via: Optional[str],
        token: Optional[str],
        speaks_sse: bool = True,
    ) -> List["_Target"]:
        """The endpoints to tell a framework of; at least one."""
        if via not in (None, "gateway", "direct"):
            raise ValueError(f"Expected `via` to be 'gateway' or 'direct', got {via!r}"[:200])
        key, url = self._connection(servers, tags, toolset, mode)
        if via != "direct":
            return [_Target(key, url, "http", _headers(token))]
        if toolset is not None:
            raise ValueError("Expected no `via`: only the hub knows which tools a toolset shows")
        if mode == "search":
            raise ValueError("Expected no `mode` with `via`: the search tools are the hub's own")
        fitting = self._selected(_texts(servers, "servers"), _texts(tags, "tags"))
        left = [one for one in fitting if one["status"] in _AWAY]
        if len(left) == len(fitting):
            raise self._none_to_tell_of(left)
        if left:
            _log.warning("%s", self._rest.clean(f"Left out: {' '.join(map(_why_not, left))}"))
        return [self._direct(one, speaks_sse, token) for one in fitting if one not in left]

    def _direct(self, server: Json, speaks_sse: bool, token: Optional[str]) -> "_Target":
        """A server at its own endpoint, or at the hub where a framework does not speak its transport."""
        server_id, is_sse = str(server["id"]), server.get("transport") == "sse"
        if is_sse and not speaks_sse:
            return _Target(server_id, self._connection(server_id, None, None, None)[1], "http", _headers(token))
        # The token is the hub's, and no server's.
        return _Target(server_id, str(server["endpoint"]), "sse" if is_sse else "http", {})

    def _selected(self, ids: Optional[List[str]], tags: Optional[List[str]]) -> List[Json]:
        """The servers with these ids and one of these tags. One that is named is meant also where it is hidden."""
        servers = self.servers(hidden=ids is not None)
        known = [str(one["id"]) for one in servers]
        unknown = [one for one in ids or [] if one not in known]
        if unknown:
            there = f"The hub knows {_quoted(known)}." if known else "The hub knows no server yet."
            detail = f"No server has the id {_quoted(unknown)}. {there}"
            raise HubError(404, "NOTHING_FITS", self._rest.clean(detail, 2_000))
        return [
            one
            for one in servers
            if (ids is None or one["id"] in ids) and (tags is None or set(tags) & set(one.get("tags") or []))
        ]

    def _none_to_tell_of(self, left: List[Json]) -> HubError:
        if not left:
            detail = "No server fits what was selected. Through the hub (without via), servers appear as they come."
            return HubError(404, "NOTHING_FITS", detail)
        detail = f"None of the selected servers answers now. {' '.join(map(_why_not, left))}"
        return HubError(503, "NOT_UP", self._rest.clean(detail, 2_000))

    @staticmethod
    def _only(targets: List["_Target"]) -> "_Target":
        if len(targets) > 1:
            keys = _quoted([one.key for one in targets])
            raise ValueError(f"Expected one server, because the framework takes one endpoint, got {keys}")
        return targets[0]

    def _connection(
        self,
        servers: Union[str, Sequence[str], None],
        tags: Union[str, Sequence[str], None],
        toolset: Optional[str],
        mode: Optional[str],
    ) -> Tuple[str, str]:
        """What a client calls the endpoint, and its URL."""
        if mode not in (None, "all", "search"):
            raise ValueError(f"Expected `mode` to be 'all' or 'search', got {mode!r}"[:200])
        ids, wanted = _texts(servers, "servers"), _texts(tags, "tags")
        is_search = mode == "search"
        if toolset is not None:
            if ids is not None or wanted is not None or is_search:
                raise ValueError("Expected a toolset alone: it says itself what it shows and how")
            return toolset, f"{self.url}/toolsets/{quote(toolset, safe='')}/mcp"
        if ids is not None and len(ids) == 1 and wanted is None and not is_search:
            return ids[0], f"{self.url}/servers/{quote(ids[0], safe='')}/mcp"
        query = {
            "servers": None if ids is None else ",".join(ids),
            "tags": None if wanted is None else ",".join(wanted),
            "mode": "search" if is_search else None,
        }
        text = urlencode({key: value for key, value in query.items() if value is not None}, safe=",", quote_via=quote)
        key = ids[0] if ids is not None and len(ids) == 1 else "hub"
        return key, f"{self.url}/mcp" + (f"?{text}" if text else "")

    def _get(self, path: str, query: Mapping[str, Any]) -> Json:
        text = urlencode([(key, value) for key, value in query.items() if value is not None], doseq=True)
        answer = self._rest.call("GET", f"{path}?{text}" if text else path, most_bytes=67_108_864)
        if answer is None:
            raise self._rest._not_a_hub(200, f"its answer to GET {path} is empty")
        return answer

    def _pages(
        self,
        path: str,
        query: Mapping[str, Any],
        key: str,
        limit: Optional[int] = None,
        is_enough: Optional[Callable[[List[Json]], bool]] = None,
    ) -> List[Json]:
        """The items of all pages, or the first of them. An answer without a list is none of a hub's."""
        items: List[Json] = []
        cursor: Optional[str] = None
        for index in range(1_000):
            left = None if limit is None else min(limit - len(items), 200)
            if is_enough is not None and index == 0:
                left = _FIRST_HITS
            answer = self._get(path, {**query, "limit": left, "cursor": cursor})
            page = answer.get(key)
            is_list = isinstance(page, list) and all(self._is_item(one, key) for one in page)
            if not isinstance(page, list) or not is_list:
                raise self._rest._not_a_hub(200, f"its answer to GET {path} holds no list of {key}")
            items += page
            following = answer.get("nextCursor")
            is_last = not isinstance(following, str) or following == cursor or (is_enough is not None and not page)
            if is_last or (limit is not None and len(items) >= limit) or (is_enough is not None and is_enough(items)):
                return items if limit is None else items[:limit]
            cursor = following
        raise self._rest._not_a_hub(200, f"its answer to GET {path} has no end")

    @staticmethod
    def _is_item(item: object, key: str) -> bool:
        if not isinstance(item, dict):
            return False
        members = ("id", "name", "status", "endpoint") if key == "servers" else ("name", "serverId")
        return all(isinstance(item.get(member), str) for member in members)
