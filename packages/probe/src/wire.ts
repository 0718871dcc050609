import type { JsonObject, JsonValue } from "@hub/core/json";
import {
  type ByteBudget,
  byteBudget,
  createDeadline,
  type DialAnswer,
  type Dialer,
} from "@hub/dial";
import { codes, modernVersion, newestLegacyVersion, serverVersions, sessionIdIn } from "@hub/mcp";
import { asFault, readRefusal, readReply } from "./answer.js";
import { ProbeFault } from "./fault.js";
import {
  clientInfo,
  discovered,
  initialized,
  type RpcReply,
  readingCapabilities,
  readingMeta,
  type ServerIntroduction,
} from "./mcp-protocol.js";
import type { Memo } from "./memo.js";

export type WireOptions = {
  readonly dialer: Dialer;
  readonly url: string;
  /** Of the hub, for `clientInfo`. */
  readonly version: string;
  readonly budget: ByteBudget;
  /** Of one message. Default: the table's. */
  readonly mostValues?: number | undefined;
  /** By URL. Default: none is kept. */
  readonly kept?: Memo<KeptSession | undefined> | undefined;
  /** The server speaks the newer revision as well, in which every request names its method in a header. Default: no. */
  readonly namesMethods?: boolean;
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
export type Connection = {
  readonly wire: Wire;
  readonly greeting: ServerIntroduction;
  /**
   * Greets a server of 2026-07-28 in the 2025 revisions as well; it may answer as much once more. Whoever
   * does so ends that wire. Undefined for servers that were greeted so.
   */
  readonly greetLegacy?: (signal: AbortSignal) => Promise<Connection>;
};

const farewellMs = 1_000;
const accept = "application/json, text/event-stream";

type HeadersFor = (method: string) => Readonly<Record<string, string>>;

type Poster = ReturnType<typeof createPoster>;

function createPoster({ dialer, url, budget, mostValues }: WireOptions, usedId = 0) {
  let lastId = usedId;
  const post = (body: JsonObject, headers: Readonly<Record<string, string>>, signal: AbortSignal) =>
    dialer.dial(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept, ...headers },
      body: JSON.stringify(body),
      signal,
    });
  return {
    get lastId() {
      return lastId;
    },
    async request(
      method: string,
      params: JsonObject,
      headersFor: HeadersFor,
      signal: AbortSignal,
      onHead: (headers: DialAnswer["headers"]) => void = () => undefined,
    ): Promise<RpcReply> {
      lastId += 1;
      const id = lastId;
      try {
        const answer = await post(
          { jsonrpc: "2.0", id, method, params },
          headersFor(method),
          signal,
        );
        onHead(answer.headers);
        const isGood = answer.status >= 200 && answer.status < 300;
        return isGood
          ? await readReply(answer, id, budget, mostValues)
          : await readRefusal(answer, id, url);
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
export async function discover(options: WireOptions, signal: AbortSignal): Promise<Connection> {
  const poster = createPoster(options);
  const meta = readingMeta(options.version);
  const headersFor = (method: string, name: JsonValue | undefined) => ({
    "mcp-protocol-version": modernVersion,
    "mcp-method": method,
    ...(typeof name === "string" ? { "mcp-name": name } : {}),
  });
  const wire: Wire = {
    request: (method, params, within) =>
      poster.request(
        method,
        { ...params, _meta: meta },
        () => headersFor(method, params.name),
        within,
      ),
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
  const greetLegacy = (within: AbortSignal) =>
    initialize(
      { ...options, budget: byteBudget(options.budget.limit), namesMethods: true },
      within,
    );
  return { wire, greeting, greetLegacy };
}

/** A session that its server does not let anybody end: it is used again instead of leaving one a probe. */
export type KeptSession = {
  readonly greeting: ServerIntroduction;
  readonly headers: Readonly<Record<string, string>>;
  /** The last id that was used in it. */
  readonly lastId: number;
};

/** Greets with `initialize` (2025-11-25 and earlier) over streamable HTTP, or goes on in a session that was kept. */
export async function initialize(options: WireOptions, signal: AbortSignal): Promise<Connection> {
  return (await goOn(options, signal)) ?? (await openSession(options, signal));
}

async function goOn(options: WireOptions, signal: AbortSignal): Promise<Connection | undefined> {
  const kept = options.kept?.get(options.url)?.value;
  if (kept === undefined) return undefined;
  const connection = connectionIn(createPoster(options, kept.lastId), options, kept);
  try {
    const reply = await connection.wire.request("ping", {}, signal);
    if (reply.kind === "result" || reply.code === codes.methodNotFound) return connection;
  } catch (error) {
    // What else it is that went wrong, the handshake finds out.
    if (!(error instanceof ProbeFault) || signal.aborted) throw error;
  }
  options.kept?.set(options.url, undefined);
  return undefined;
}

async function openSession(options: WireOptions, signal: AbortSignal): Promise<Connection> {
  const poster = createPoster(options);
  let opened: ReturnType<typeof sessionIdIn> = {};
  const onHead = (headers: DialAnswer["headers"]) => {
    opened = sessionIdIn(headers);
  };
  let session: Readonly<Record<string, string>> = {};
  try {
    const params = initializeParams(options.version);
    const named = () => methodHeader(options, "initialize");
    const reply = await poster.request("initialize", params, named, signal, onHead);
    session = sessionOf(opened);
    const greeting = { ...readInitialized(reply), keepsSessions: opened.id !== undefined };
    // Nobody could call it: what is up can be called.
    if (opened.problem !== undefined)
      throw new ProbeFault({
        kind: "not-mcp",
        what: "a session id that cannot be sent back to it",
      });
    const headers = { ...session, "mcp-protocol-version": greeting.protocolVersion };
    return connectionIn(poster, options, { greeting, headers, lastId: 0 });
  } catch (error) {
    await endSession(options, sessionOf(opened));
    throw error;
  }
}

function methodHeader(
  { namesMethods }: WireOptions,
  method: string,
): Readonly<Record<string, string>> {
  return namesMethods === true ? { "mcp-method": method } : {};
}

function sessionOf({ id }: ReturnType<typeof sessionIdIn>): Readonly<Record<string, string>> {
  return id === undefined ? {} : { "mcp-session-id": id };
}

function connectionIn(
  poster: Poster,
  options: WireOptions,
  { greeting, headers }: KeptSession,
): Connection {
  const { budget, kept, url } = options;
  const keep = () => kept?.set(url, { greeting, headers, lastId: poster.lastId });
  const wire: Wire = {
    request: (method, params, within) =>
      poster.request(
        method,
        params,
        () => ({ ...headers, ...methodHeader(options, method) }),
        within,
      ),
    notify: (method, within) =>
      poster.notify(method, () => ({ ...headers, ...methodHeader(options, method) }), within),
    budget,
    async end() {
      if (kept?.get(url)?.value !== undefined) keep();
      else if (!(await endSession(options, headers))) keep();
    },
  };
  return { wire, greeting };
}

/** False when the server refuses to end it. Never throws. */
async function endSession(
  { dialer, url }: WireOptions,
  headers: Readonly<Record<string, string>>,
): Promise<boolean> {
  if (headers["mcp-session-id"] === undefined) return true;
  const deadline = createDeadline(farewellMs);
  try {
    const answer = await dialer.dial(url, { method: "DELETE", headers, signal: deadline.signal });
    answer.discard();
    return answer.status < 300;
  } catch {
    // The server keeps a session that it will have to end by itself.
    return true;
  } finally {
    deadline.clear();
  }
}

export function initializeParams(version: string): JsonObject {
  return {
    protocolVersion: newestLegacyVersion,
    capabilities: readingCapabilities,
    clientInfo: clientInfo(version),
  };
}

/** The greeting in a reply to `initialize`. Throws ProbeFault. */
export function readInitialized(reply: RpcReply): ServerIntroduction {
  if (reply.kind === "error") throw refused("initialize", reply);
  const greeting = initialized(reply.result);
  if (greeting === undefined)
    throw new ProbeFault({ kind: "not-mcp", what: "JSON that is no answer to initialize" });
  if (!serverVersions.includes(greeting.protocolVersion))
    throw new ProbeFault({ kind: "no-common-version", offered: [greeting.protocolVersion] });
  return greeting;
}

function refused(method: string, reply: RpcReply & { kind: "error" }): ProbeFault {
  if (reply.wantsToken === true) return new ProbeFault({ kind: "token-needed" });
  return reply.code === codes.unsupportedVersion
    ? new ProbeFault({ kind: "no-common-version", offered: reply.supported ?? [] })
    : new ProbeFault({ kind: "rpc-error", method, code: reply.code });
}
