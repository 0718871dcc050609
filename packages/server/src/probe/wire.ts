import type { JsonObject } from "@hub/core";
import { sessionIdIn } from "@hub/gateway";
import { asFault, readRefusal, readReply } from "./answer.js";
import type { ByteBudget } from "./bounded-body.js";
import { createDeadline } from "./deadline.js";
import type { Dialer } from "./dialer.js";
import { ProbeFault } from "./fault.js";
import {
  clientInfo,
  discovered,
  type Greeting,
  initialized,
  legacyVersion,
  legacyVersions,
  modernMeta,
  modernVersion,
  type RpcReply,
  unsupportedVersion,
} from "./mcp-protocol.js";

export type WireOptions = {
  readonly dialer: Dialer;
  readonly url: string;
  /** Of the hub, for `clientInfo`. */
  readonly version: string;
  readonly budget: ByteBudget;
  /** Of one message. Default: the table's. */
  readonly mostValues?: number | undefined;
};

/** A conversation with one server, in one era and over one transport. Throws ProbeFault. */
export interface Wire {
  request(method: string, params: JsonObject, signal: AbortSignal): Promise<RpcReply>;
  notify(method: string, signal: AbortSignal): Promise<void>;
  /** What the server may still answer in this conversation. */
  readonly budget: ByteBudget;
  /** Ends what the server keeps of the conversation. Never throws. */
  end(): Promise<void>;
}

/** A wire on which the server has introduced itself. */
export type Contact = { readonly wire: Wire; readonly greeting: Greeting };

const farewellMs = 1_000;
const accept = "application/json, text/event-stream";

type HeadersFor = (method: string) => Readonly<Record<string, string>>;

function createPoster({ dialer, url, budget, mostValues }: WireOptions) {
  let lastId = 0;
  const post = (body: JsonObject, headers: Readonly<Record<string, string>>, signal: AbortSignal) =>
    dialer.dial(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept, ...headers },
      body: JSON.stringify(body),
      signal,
    });
  return {
    async request(method: string, params: JsonObject, headersFor: HeadersFor, signal: AbortSignal) {
      lastId += 1;
      const id = lastId;
      try {
        const answer = await post(
          { jsonrpc: "2.0", id, method, params },
          headersFor(method),
          signal,
        );
        const isGood = answer.status >= 200 && answer.status < 300;
        const reply = isGood
          ? await readReply(answer, id, budget, mostValues)
          : await readRefusal(answer, id, url);
        return { reply, headers: answer.headers };
      } catch (error) {
        throw asFault(error, budget);
      }
    },
    async notify(method: string, headersFor: HeadersFor, signal: AbortSignal) {
      try {
        const answer = await post({ jsonrpc: "2.0", method }, headersFor(method), signal);
        answer.discard();
      } catch (error) {
        throw asFault(error, budget);
      }
    },
  };
}

/** Greets with `server/discover` (2026-07-28). */
export async function discover(options: WireOptions, signal: AbortSignal): Promise<Contact> {
  const poster = createPoster(options);
  const meta = modernMeta(options.version);
  const headersFor: HeadersFor = (method) => ({
    "mcp-protocol-version": modernVersion,
    "mcp-method": method,
  });
  const wire: Wire = {
    request: async (method, params, within) =>
      (await poster.request(method, { ...params, _meta: meta }, headersFor, within)).reply,
    notify: async () => undefined,
    budget: options.budget,
    end: async () => undefined,
  };
  const reply = await wire.request("server/discover", {}, signal);
  if (reply.kind === "error") throw refused("server/discover", reply);
  const greeting = discovered(reply.result);
  if (greeting === undefined)
    throw new ProbeFault({ kind: "not-mcp", what: "JSON that is no answer to server/discover" });
  if (!(greeting.supportedVersions ?? []).includes(modernVersion))
    throw new ProbeFault({ kind: "no-common-version", offered: greeting.supportedVersions ?? [] });
  return { wire, greeting };
}

/** Greets with `initialize` (2025-11-25 and earlier) over streamable HTTP. */
export async function initialize(options: WireOptions, signal: AbortSignal): Promise<Contact> {
  const poster = createPoster(options);
  let session: Readonly<Record<string, string>> = {};
  const headersFor: HeadersFor = () => session;
  const { reply, headers } = await poster.request(
    "initialize",
    initializeParams(options.version),
    headersFor,
    signal,
  );
  const { id: sessionId } = sessionIdIn(headers);
  session = sessionId === undefined ? {} : { "mcp-session-id": sessionId };
  const end = async () => {
    if (sessionId === undefined) return;
    const deadline = createDeadline(farewellMs);
    try {
      const { dialer, url } = options;
      (
        await dialer.dial(url, { method: "DELETE", headers: session, signal: deadline.signal })
      ).discard();
    } catch {
      // The server keeps a session that it will have to end by itself.
    } finally {
      deadline.clear();
    }
  };
  try {
    const greeting = { ...readInitialized(reply), keepsSessions: sessionId !== undefined };
    session = { ...session, "mcp-protocol-version": greeting.protocolVersion };
    const wire: Wire = {
      request: async (method, params, within) =>
        (await poster.request(method, params, headersFor, within)).reply,
      notify: (method, within) => poster.notify(method, headersFor, within),
      budget: options.budget,
      end,
    };
    return { wire, greeting };
  } catch (error) {
    await end();
    throw error;
  }
}

export function initializeParams(version: string): JsonObject {
  return { protocolVersion: legacyVersion, capabilities: {}, clientInfo: clientInfo(version) };
}

/** The greeting in a reply to `initialize`. Throws ProbeFault. */
export function readInitialized(reply: RpcReply): Greeting {
  if (reply.kind === "error") throw refused("initialize", reply);
  const greeting = initialized(reply.result);
  if (greeting === undefined)
    throw new ProbeFault({ kind: "not-mcp", what: "JSON that is no answer to initialize" });
  if (!legacyVersions.includes(greeting.protocolVersion))
    throw new ProbeFault({ kind: "no-common-version", offered: [greeting.protocolVersion] });
  return greeting;
}

function refused(method: string, reply: RpcReply & { kind: "error" }): ProbeFault {
  return reply.code === unsupportedVersion
    ? new ProbeFault({ kind: "no-common-version", offered: reply.supported ?? [] })
    : new ProbeFault({ kind: "rpc-error", method, code: reply.code });
}
