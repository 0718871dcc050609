import type { Finding, Transport } from "@hub/core";
import { modernVersion, newestLegacyVersion } from "@hub/mcp";
import type { Fault } from "./fault.js";
import { type Discovery, type FindingSubject, finding } from "./finding-subject.js";
import { isLoopbackElsewhere, loopbackElsewhere, networkFinding } from "./findings-network.js";
import { tokenFinding } from "./findings-token.js";

/** Describes a fault for the person who can fix it: one sentence for the cause and one for the fix. */
export function findingFor(fault: Fault, subject: FindingSubject, found?: Discovery): Finding {
  // A loopback endpoint that another machine registered: whatever answers on the hub's machine is
  // not the server.
  if (isLoopbackElsewhere(subject)) return loopbackElsewhere(subject);
  if (found !== undefined) return foundElsewhere(fault, subject, found);
  const url = new URL(subject.endpoint);
  const at = `${url.host}${url.pathname}`;
  switch (fault.kind) {
    case "dial":
      return networkFinding(fault.error, subject);
    case "tls-expected":
      return finding(
        "http",
        "TLS_EXPECTED",
        `${url.host} speaks HTTPS, but the endpoint says http://.`,
        `Register https://${at} instead.`,
      );
    case "redirect":
      return finding(
        "http",
        "REDIRECT",
        `${subject.endpoint} answers HTTP ${fault.status}, a redirect${fault.target === undefined ? "" : ` to ${fault.target}`}, which the hub does not follow. It follows only 307 and 308 to the same origin.`,
        fault.target === undefined
          ? "Register the URL that answers as MCP itself."
          : `Register ${fault.target} instead, if that is the server.`,
      );
    case "host-refused":
      return finding(
        "http",
        "HOST_REFUSED",
        `The server was reached, but it refuses the Host header "${url.host}" (HTTP ${fault.status}).`,
        `Add "${url.hostname}" to the server's allowedHosts (createMcpHonoApp({ allowedHosts: ["${url.hostname}"] }); in Python: TransportSecuritySettings(allowed_hosts=["${url.host}"])).`,
      );
    case "token-needed":
      return tokenFinding(fault);
    case "status":
      return statusFinding(fault.status, subject);
    case "not-mcp":
      return finding(
        "mcp",
        "NOT_MCP",
        `${at} answers, but not as an MCP server: it sent ${fault.what}.`,
        `Check host, port and path of the endpoint; most MCP servers answer at ${url.origin}/mcp.${fault.isTyped === true ? " If it is the MCP endpoint, make it answer with Content-Type: application/json or text/event-stream." : ""}`,
      );
    case "too-large":
      return finding(
        "mcp",
        "ANSWER_TOO_LARGE",
        `The server's answer is over the hub's limit of ${fault.limit}.`,
        "Make the server send less; the hub does not read answers of this size.",
      );
    case "rpc-error":
      return finding(
        "mcp",
        "NOT_MCP",
        `${at} answers JSON-RPC, but refuses ${fault.method} with error ${fault.code}.`,
        `Check that the endpoint is the server's MCP endpoint and that ${fault.method} is not switched off there.`,
      );
    case "no-common-version":
      return finding(
        "era",
        "NO_COMMON_VERSION",
        `The server speaks MCP${fault.offered.length === 0 ? "" : ` ${fault.offered.filter(isVersion).slice(0, 6).join(", ")}`}, but no revision that the hub speaks.`,
        `Update the server's MCP SDK to one that speaks ${modernVersion} or ${newestLegacyVersion}, or update the hub.`,
      );
    case "foreign-endpoint":
      return finding(
        "mcp",
        "NOT_MCP",
        "The SSE stream asks for messages at another origin, and the hub does not send them there.",
        "Make the server's `endpoint` event name a path of its own origin. Behind a proxy, set the server's public URL.",
      );
    case "other-server":
      return finding(
        "identity",
        "OTHER_SERVER",
        fault.name === undefined
          ? `A server answers at ${at}, but does not say its name, so it may be another one.`
          : `Another server answers at ${at}: it calls itself "${fault.name}".`,
        `Advertise a URL that only ${subject.name === undefined ? "this server" : `"${subject.name}"`} answers at: set MCP_HUB_ADVERTISE_URL for the server.`,
      );
  }
}

const isVersion = (text: string) => /^[\w.-]{1,40}$/.test(text);

function statusFinding(status: number, { endpoint }: FindingSubject): Finding {
  const url = new URL(endpoint);
  if (status >= 500) {
    return finding(
      "http",
      "SERVER_ERROR",
      `The server answers the hub with an error, HTTP ${status}.`,
      "Look at the server's own log. Behind a proxy, 502 to 504 mean that the server itself does not run.",
    );
  }
  if (status === 429) {
    return finding(
      "http",
      "SERVER_ERROR",
      "The server answers HTTP 429: it gets more requests than it allows.",
      "Raise the server's rate limit for the hub, or make the hub probe less often (MCP_HUB_PROBE_UP_MS).",
    );
  }
  if (status === 404 || status === 405 || status === 410) {
    return finding(
      "http",
      "WRONG_PATH",
      `A server answers at ${url.host}, but not as MCP at ${url.pathname} (HTTP ${status}).`,
      "Register the full path of the MCP endpoint, with the prefix it is mounted under; /mcp is usual.",
    );
  }
  return finding(
    "mcp",
    "NOT_MCP",
    `${url.host}${url.pathname} refuses an MCP request with HTTP ${status}.`,
    headerAdvice.get(status) ?? "Check that the endpoint is the server's MCP endpoint.",
  );
}

/** Statuses with which servers say that a header of the request is not what they take. */
const headerAdvice: ReadonlyMap<number, string> = new Map([
  [
    406,
    'MCP clients send "Accept: application/json, text/event-stream": make the server take both types, and a proxy in front of it pass the header on as it is.',
  ],
  [
    415,
    'MCP clients send "Content-Type: application/json": make the server take it, and a proxy in front of it pass the header on as it is.',
  ],
]);

const transportNames: Readonly<Record<Transport, string>> = {
  "streamable-http": "streamable HTTP",
  sse: "HTTP+SSE",
};

function foundElsewhere(fault: Fault, subject: FindingSubject, found: Discovery): Finding {
  const said = "status" in fault ? `HTTP ${fault.status}` : "no MCP";
  const here = new URL(subject.endpoint).pathname;
  const there = new URL(found.endpoint).pathname;
  const isOtherTransport = found.transport !== subject.transport;
  if (!isOtherTransport) {
    return finding(
      "mcp",
      "WRONG_PATH",
      `The path ${here} answers ${said}, but ${there} answers as MCP.`,
      `Register ${found.endpoint} instead.`,
      { endpoint: found.endpoint },
    );
  }
  return finding(
    "mcp",
    "WRONG_TRANSPORT",
    `The path ${here} answers ${said}, but ${there} answers as MCP over ${transportNames[found.transport]}.`,
    `Register endpoint ${found.endpoint} with transport ${found.transport}.`,
    found,
  );
}

/** For a server that works, but over another transport than it was registered with. */
export function otherTransportFinding(
  { endpoint, transport }: FindingSubject,
  answers: Transport,
): Finding {
  return finding(
    "mcp",
    "WRONG_TRANSPORT",
    `${endpoint} is registered as ${transport}, but it answers over ${transportNames[answers]}.`,
    `Register it with transport ${answers}.`,
    { transport: answers },
  );
}
