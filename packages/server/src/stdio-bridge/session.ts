import type { IncomingMessage } from "node:http";
import { listChanged, listKinds, sessionIdIn } from "@hub/mcp";
import { memberOf } from "./member-of.js";

/** What a client of the 2025 revisions has agreed on with the hub. It outlives the session itself. */
export class BridgeSession {
  /** The client's `initialize`, as it was written; sent again when the hub has lost the session. */
  readonly initialize: string;
  /** Undefined until the hub gave one, and where it gives none. */
  id: string | undefined;
  /** Undefined until `initialize` was answered. */
  version: string | undefined;
  /** The client's `notifications/initialized`, once it has sent it. */
  initialized: string | undefined;
  /** What the answer to `initialize` was: its capabilities say which lists may change. */
  capabilities: unknown;
  /** Requests that a new session needs as well, by what they are about. */
  readonly settings = new Map<string, string>();

  constructor(initialize: string) {
    this.initialize = initialize;
  }

  /** What every message but `initialize` carries. */
  get headers(): Readonly<Record<string, string>> {
    return {
      ...(this.id === undefined ? {} : { "mcp-session-id": this.id }),
      ...(this.version === undefined ? {} : { "mcp-protocol-version": this.version }),
    };
  }

  /** Takes over what the head of the answer to `initialize` says. */
  takeId({ headers }: IncomingMessage): void {
    this.id = sessionIdIn(headers).id;
  }

  /** Takes over what the answer to `initialize` says. */
  takeResult(text: string): void {
    const result = memberOf(JSON.parse(text), "result");
    const version = memberOf(result, "protocolVersion");
    if (typeof version === "string") this.version = version;
    this.capabilities = memberOf(result, "capabilities");
  }

  /** Notifications that make a client read its lists again. */
  get listsMayHaveChanged(): readonly string[] {
    return listKinds.flatMap((kind) =>
      memberOf(memberOf(this.capabilities, kind), "listChanged") === true
        ? [`{"jsonrpc":"2.0","method":"${listChanged(kind)}"}`]
        : [],
    );
  }
}

/** How many settings a session keeps for the next one. */
const mostSettings = 1_000;

/** Notes a request that a new session of the same client needs as well: what it follows, and its log level. */
export function noteSetting(
  session: BridgeSession,
  method: string,
  uri: unknown,
  text: string,
): void {
  const { settings } = session;
  if (method === "logging/setLevel") settings.set("level", text);
  if (typeof uri !== "string") return;
  if (method === "resources/unsubscribe") settings.delete(`uri ${uri}`);
  if (method === "resources/subscribe" && settings.size < mostSettings)
    settings.set(`uri ${uri}`, text);
}
