import type { Look } from "./look.js";
import { type ClientProblem, fault, warning } from "./problem.js";

/** Where the address of the hub came from. */
export type AddressSource = "--hub" | "MCP_HUB_URL" | "MCP_HUB_PORT" | "default";

/** All that this machine sees of the hub, and what it was told about it. */
export type HubFacts = {
  /** The base URL that was asked. */
  readonly url: string;
  readonly source: AddressSource;
  /** As somebody wrote it. */
  readonly written: string;
  /** What the hub's address answers, without any proxy. */
  readonly direct: Look;
  /** What programs meet there; undefined when it answered as a hub. A code such as ECONNREFUSED or NOT_A_HUB. */
  readonly metByPrograms: string | undefined;
  /** What the address answers as it was written, asked as an MCP client asks. Missing when that is the same address. */
  readonly asMcp?: Look | undefined;
  /** The variable that names a proxy for this address, unless NO_PROXY exempts it. */
  readonly proxyVariable: string | undefined;
  readonly hasToken: boolean;
  /** Why the file that MCP_HUB_TOKEN_FILE names cannot be read. Missing when it can, or none is named. */
  readonly unreadableToken?: string;
  /** Other addresses of hubs that this machine has been told of. */
  readonly others: readonly { readonly url: string; readonly look: Look }[];
  /** The ids of the hubs that share the database of the one that was asked. Default: nobody said so. */
  readonly sharing?: ReadonlySet<string>;
};

/** Half of it may be the way, and a `Date` has whole seconds. */
const mostClockMs = 30_000;

/** Why this machine does not get on with the hub, the weightiest first. Pure. */
export function hubProblems(facts: HubFacts): readonly ClientProblem[] {
  const { direct } = facts;
  if (direct.kind === "nothing") return [away(facts, direct.code), ...otherHubs(facts)];
  if (direct.hubId === undefined) return [notAHub(facts), ...otherHubs(facts)];
  return [
    ...refusals(facts, direct.status, direct.code),
    ...proxies(facts),
    ...clocks(direct.clockAheadMs),
    ...gatewayAddress(facts),
    ...otherHubs(facts),
  ];
}

const whereFrom = ({ source }: HubFacts): string =>
  source === "default" ? "nobody said another address" : `${source} says so`;

function away(facts: HubFacts, code: string): ClientProblem {
  const { url, source } = facts;
  const { hostname } = new URL(url);
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  const cause = `No hub answers at ${url} (${code}; ${whereFrom(facts)}).`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return fault(
      "HUB_AWAY",
      cause,
      `This machine does not know the name ${hostname}: correct ${source === "default" ? "it" : source}.`,
    );
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_SSL|EPROTO|ERR_TLS/.test(code))
    return fault(
      "HUB_AWAY",
      cause,
      code === "EPROTO" || code.startsWith("ERR_SSL")
        ? `It does not speak TLS: write http:// in place of https://.`
        : "Start programs with NODE_EXTRA_CA_CERTS=<file> holding the authority that signed the hub's certificate.",
    );
  return fault(
    "HUB_AWAY",
    cause,
    isHere
      ? "Start the hub (mcp-hub start). If it runs on another port or machine, set MCP_HUB_URL to the address that it prints when it starts."
      : "Start the hub there, or correct the address. If it runs, look for a firewall in between and whether it listens on more than 127.0.0.1.",
  );
}

function notAHub({ url, asMcp, direct, source, written }: HubFacts): ClientProblem {
  const isMcp = asMcp?.kind === "answer" && asMcp.isMcp;
  const isMcpItself = direct.kind === "answer" && direct.isMcp;
  const name = source === "default" ? "the address" : source;
  if (isMcp || isMcpItself)
    return fault(
      "URL_IS_MCP",
      `${written} is the MCP endpoint of a server, not a hub.`,
      `Set ${name} to the base URL of the hub, such as http://127.0.0.1:8001. The hub itself says where each server is.`,
    );
  const status = direct.kind === "answer" ? direct.status : 0;
  return fault(
    "NOT_A_HUB",
    `${url} answers (HTTP ${status}), but not as an MCP Hub.`,
    `Set ${name} to the hub's own base URL, without a path that is not the hub's: it prints it when it starts.`,
  );
}

function refusals(
  { url, hasToken, unreadableToken, source }: HubFacts,
  status: number,
  code: string | undefined,
): readonly ClientProblem[] {
  if (code === "HOST_REFUSED")
    return [
      fault(
        "HOST_REFUSED",
        `The hub does not take requests that are addressed to ${new URL(url).hostname}.`,
        `Use an address that it knows (${source === "default" ? "MCP_HUB_URL" : source}), or start it with MCP_HUB_ALLOWED_HOSTS=${new URL(url).hostname}.`,
      ),
    ];
  if (status === 401)
    return [
      hasToken
        ? fault(
            "TOKEN_REFUSED",
            "The hub does not take the token of MCP_HUB_TOKEN or MCP_HUB_TOKEN_FILE: it is not one of its own, was taken back, or has expired.",
            "Get a new token from whoever runs the hub, and put it there. If the hub says that it has no tokens, unset it.",
          )
        : fault(
            "TOKEN_MISSING",
            `The hub lets nobody in without a token, and ${unreadableToken === undefined ? "neither MCP_HUB_TOKEN nor MCP_HUB_TOKEN_FILE is set here" : `the file with it cannot be read (${unreadableToken})`}.`,
            "Get a token from whoever runs the hub, and set MCP_HUB_TOKEN to it, or MCP_HUB_TOKEN_FILE to a file with it.",
          ),
    ];
  if (status === 403)
    return [
      fault(
        "TOKEN_TOO_SMALL",
        hasToken
          ? "The hub knows the token of MCP_HUB_TOKEN or MCP_HUB_TOKEN_FILE, which may not read the catalogue."
          : "The hub does not let this machine read the catalogue.",
        "Ask whoever runs the hub for a token that may read.",
      ),
    ];
  if (status === 404 || status === 405)
    return [
      fault(
        "URL_IS_MCP",
        `${url} is an address within a hub, not the hub itself.`,
        `Set ${source === "default" ? "MCP_HUB_URL" : source} to ${new URL(url).origin}.`,
      ),
    ];
  if (status >= 500)
    return [
      fault(
        "HUB_FAILS",
        `The hub answers HTTP ${status}${code === undefined ? "" : ` (${code})`}.`,
        "Look into the hub's log. When it is about to stop or start, ask again in a moment.",
      ),
    ];
  return [];
}

function proxies({ url, metByPrograms, proxyVariable }: HubFacts): readonly ClientProblem[] {
  const { hostname } = new URL(url);
  const name = hostname.replace(/^\[(.*)\]$/, "$1");
  const fix = `Set NO_PROXY=${[name, ...(proxyVariable === undefined ? [] : ["localhost"])].join(",")} where your programs run.`;
  if (metByPrograms !== undefined)
    return [
      fault(
        "PROXY_IN_BETWEEN",
        `The hub answers on a direct connection, but programs here meet something else (${metByPrograms})${proxyVariable === undefined ? "" : `: ${proxyVariable} sends them to a proxy`}.`,
        fix,
      ),
    ];
  if (proxyVariable === undefined) return [];
  return [
    warning(
      "PROXY_SET",
      `${proxyVariable} is set and NO_PROXY does not exempt ${name}: programs that obey it (Python's httpx, curl) ask the proxy for the hub.`,
      fix,
    ),
  ];
}

function clocks(aheadMs: number | undefined): readonly ClientProblem[] {
  if (aheadMs === undefined || Math.abs(aheadMs) < mostClockMs) return [];
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  return [
    warning(
      "CLOCKS_APART",
      `The hub's clock is ${seconds} s ${aheadMs > 0 ? "ahead of" : "behind"} that of this machine, so times look wrong and certificates and tokens may count as expired.`,
      "Set the clock of the wrong one of the two (NTP).",
    ),
  ];
}

function gatewayAddress({ written, source, url }: HubFacts): readonly ClientProblem[] {
  if (!/\/mcp\/?([?#].*)?$/i.test(written)) return [];
  return [
    warning(
      "URL_IS_MCP",
      `${source === "default" ? "The address" : source} ends in /mcp, which is the hub's MCP endpoint. Our programs mend that; others do not.`,
      `Write ${url}.`,
    ),
  ];
}

/** The addresses of other hubs on the same database as the one that was asked: they are meant to be several. Pure. */
export function addressesOfSame(facts: HubFacts): readonly string[] {
  return otherIds(facts).flatMap(({ url, id }) => (facts.sharing?.has(id) ? [url] : []));
}

/** The hubs that answer at other addresses than the one that was asked. */
function otherIds({ direct, others }: HubFacts) {
  const own = direct.kind === "answer" ? direct.hubId : undefined;
  return others.flatMap(({ url, look }) =>
    look.kind === "answer" && look.hubId !== undefined && look.hubId !== own
      ? [{ url, id: look.hubId }]
      : [],
  );
}

/** Hubs that this machine has been told of, beside the one that was asked, and that know nothing of each other. */
function otherHubs(facts: HubFacts): readonly ClientProblem[] {
  const { url, direct, sharing } = facts;
  const own = direct.kind === "answer" ? direct.hubId : undefined;
  const found = otherIds(facts).filter(({ id }) => sharing?.has(id) !== true);
  if (found.length === 0) return [];
  const urls = found.map((one) => one.url).join(" and ");
  return [
    warning(
      "TWO_HUBS",
      own === undefined
        ? `A hub answers at ${urls}.`
        : `There is more than one hub: ${url} was asked, and ${urls} answers too. A server that is missing here may be registered there.`,
      own === undefined
        ? `Set MCP_HUB_URL to ${found[0]?.url ?? "it"}, or give it with --hub.`
        : "Give servers and programs the same MCP_HUB_URL, or stop the hub that you do not need.",
    ),
  ];
}
