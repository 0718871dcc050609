import type { IncomingHttpHeaders } from "node:http";
import type { Entry } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type { JsonRpcId } from "@hub/mcp";
import type { MayWait } from "../calls/may-wait.js";
import type { WhileOpen } from "../reply/while-open.js";
import type { UpstreamInstance } from "../upstream/instances.js";

/** A request to one server's endpoint that goes on as it came. */
export type PassedRequest = MayWait & {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | undefined;
  readonly via: string | undefined;
  readonly principal: Principal;
  /** The address that it was asked from. */
  readonly from: string | undefined;
  /** Whose it is when the hub shares out what it has: see `peerOf`. */
  readonly peer: string;
  /** See `Incoming`. */
  readonly whileOpen: WhileOpen | undefined;
  readonly entry: Entry;
  /** Of the JSON-RPC request in it; null for what is none. */
  readonly id: JsonRpcId | null;
  readonly rpcMethod: string | undefined;
  /** The id of what it answers, when it is the answer of a client. */
  readonly answers?: JsonRpcId | null | undefined;
  readonly name: string | undefined;
  readonly params: unknown;
  /** What every answer of the hub carries. */
  readonly always: Readonly<Record<string, string>>;
  /** Long by nature, as streams of notifications are. */
  readonly isEndless: boolean;
  /**
   * Looks at the status before anything of the answer is sent; true takes the request over, which the
   * server then counts as not having answered.
   */
  readonly takesOver?: ((status: number, instance: UpstreamInstance) => boolean) | undefined;
};
