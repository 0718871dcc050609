import type { IncomingHttpHeaders } from "node:http";
import type { Principal } from "@hub/core/access";
import type { JsonRpcId } from "@hub/mcp";
import type { CallError, CallTrace } from "./call-trace.js";
import type { CallRecord } from "./recent-calls.js";

/** Who makes a call, by which client, from which address, and what it asks for. */
export type Called = {
  readonly principal: Principal;
  readonly client?: string | undefined;
  readonly from?: string | undefined;
  readonly params?: unknown;
  /** Of its JSON-RPC request. Default: it has none. */
  readonly id?: JsonRpcId | null;
  /** The headers of the HTTP request that it came in. */
  readonly cameWith?: IncomingHttpHeaders | undefined;
};

/** A call that has ended, for whoever keeps account of them. */
export type EndedCall = Pick<
  CallRecord,
  "at" | "serverId" | "method" | "name" | "durationMs" | "outcome" | "params"
> & {
  /** The address that it was asked from. */
  readonly from: string | undefined;
};

/** Told of each call of somebody the hub knows; nothing may wait for it. */
export type OnCall = (call: EndedCall, principal: Principal) => void;

/** A call under way. */
export type RunningCall = {
  bytes: number;
  instanceId?: string | undefined;
  /** Undefined where nobody traces it. */
  readonly trace: CallTrace | undefined;
  /** Ends it; only the first time counts. `error`: how it failed. */
  end(outcome: CallRecord["outcome"], error?: CallError): void;
};
