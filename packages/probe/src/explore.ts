import type { Transport } from "@hub/core";
import { byteBudget, createDeadline, type Deadline, type Dialer } from "@hub/dial";
import { mostAnswerBytes } from "./answer.js";
import { type Fault, ProbeFault } from "./fault.js";
import type { Discovery, FindingSubject } from "./finding-subject.js";
import { isLoopbackElsewhere } from "./findings-network.js";
import { handshake } from "./handshake.js";

const exploreMs = 2_500;
const mostUrls = 12;
const atOnce = 4;

/** Whether a look around can help: something answers there, but no MCP server. */
export function isWorthExploring(fault: Fault, subject: FindingSubject): boolean {
  if (isLoopbackElsewhere(subject)) return false;
  switch (fault.kind) {
    case "status":
      return fault.status < 500 && fault.status !== 429;
    case "not-mcp":
    case "rpc-error":
    case "redirect":
      return true;
    default:
      return false;
  }
}

/** Where servers usually answer, nearest to the given path first. Same origin only. */
export function likelyUrls(endpoint: string): Discovery[] {
  const url = new URL(endpoint);
  const path = url.pathname.replace(/\/+$/, "");
  const parts = path.split("/").filter((part) => part !== "");
  const parents = parts.map((_, index) => `/${parts.slice(0, parts.length - 1 - index).join("/")}`);
  const last = parts.at(-1) ?? "mcp";
  const streamable = [
    `${path}/mcp`,
    ...parents.map((parent) => `${parent === "/" ? "" : parent}/mcp`),
    url.pathname.endsWith("/") && path !== "" ? path : `${path}/`,
    "/mcp/",
    `/app/${last}`,
    `/api/${last}`,
    "/",
  ];
  const sse = [...new Set([path.endsWith("/sse") ? "/sse" : `${path}/sse`, "/sse"])];
  const found = new Map<string, Discovery>();
  const add = (candidate: string, transport: Transport) => {
    // Set, not resolved: a path that begins with two slashes would name another host.
    const target = new URL(url.origin);
    target.pathname = candidate;
    const there = target.href;
    const key = `${transport} ${there}`;
    if (there !== url.href && !found.has(key)) found.set(key, { endpoint: there, transport });
  };
  for (const candidate of streamable.slice(0, mostUrls - sse.length))
    add(candidate, "streamable-http");
  for (const candidate of sse) add(candidate, "sse");
  return [...found.values()];
}

export type ExploreOptions = {
  readonly dialer: Dialer;
  readonly version: string;
  readonly subject: FindingSubject;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Looks for the MCP endpoint of a server whose registered one is none: a few requests to the same
 * origin, four at a time. The first in the order of likelihood wins.
 */
export async function explore(options: ExploreOptions): Promise<Discovery | undefined> {
  const deadline = createDeadline(exploreMs, options.signal);
  const dialer = options.dialer.separate();
  const urls = likelyUrls(options.subject.endpoint);
  try {
    for (let start = 0; start < urls.length && !deadline.signal.aborted; start += atOnce) {
      const asked = urls.slice(start, start + atOnce);
      const answers = await Promise.all(
        asked.map((one) => answersAsMcp(one, dialer, options.version, deadline)),
      );
      const first = asked.find((_, index) => answers[index]);
      if (first !== undefined) return first;
    }
    return undefined;
  } finally {
    deadline.clear();
    await dialer.close();
  }
}

async function answersAsMcp(
  { endpoint, transport }: Discovery,
  dialer: Dialer,
  version: string,
  within: Deadline,
): Promise<boolean> {
  const deadline = within.within(exploreMs / 2);
  const wire = { dialer, url: endpoint, version, budget: byteBudget(mostAnswerBytes) };
  try {
    const handshakeResult = await handshake({ wire, transport, deadline, isBrief: true });
    if (handshakeResult.kind === "connected") await handshakeResult.connection.wire.end();
    return handshakeResult.kind === "connected";
  } catch (error) {
    if (error instanceof ProbeFault) return false;
    throw error;
  } finally {
    deadline.clear();
  }
}
