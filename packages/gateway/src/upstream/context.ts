import type { BudgetBook } from "@hub/core";
import type { UpstreamDialer } from "@hub/core/upstream";
import type { CatalogueSource, Views } from "../catalogue/views.js";
import type { Faults } from "../faults.js";
import type { GatewayLimits } from "../limits.js";
import type { GatewayLog } from "../log.js";
import type { OpenStreams } from "../reply/open-streams.js";
import type { OwnedAnswers } from "../reply/owned-answers.js";
import type { Traffic } from "../traffic/traffic.js";
import type { ServerMessageLimits } from "../wire/message-limits.js";
import type { LegacyIdentity } from "./initialize.js";
import type { Instances } from "./instances.js";
import type { Restarts } from "./restarts.js";

/** The parts that the whole gateway shares. */
export type GatewayContext = {
  readonly catalogue: CatalogueSource;
  readonly views: Views;
  readonly instances: Instances;
  readonly dialer: UpstreamDialer;
  readonly limits: GatewayLimits;
  readonly budgets: BudgetBook;
  readonly streams: OpenStreams;
  readonly answers: OwnedAnswers;
  /** What one message of a server may be, where the hub looks at it. */
  readonly serverMessages: ServerMessageLimits;
  readonly log: GatewayLog;
  readonly traffic: Traffic;
  readonly faults: Faults;
  /** Calls that wait for a server that restarts. */
  readonly restarts: Restarts;
  /** Who asks where the hub asks for itself. */
  readonly identity: LegacyIdentity;
  /** A server refused a call for want of a token, in an answer whose status does not say so. */
  readonly onRefused: (endpoint: string) => void;
  /** A server said that its lists changed, or stopped answering: look at it now. Never rejects; while a reading runs, the same promise for all. */
  readonly refresh: (serverId: string) => Promise<void>;
  /** The lists of a server may have changed while nobody heard it: see `GatewayOptions`. */
  readonly readAgain: ((serverId: string) => Promise<unknown>) | undefined;
  /** Reads what other hubs have written. Never rejects. Undefined where there is no other hub. */
  readonly catchUp: (() => Promise<unknown>) | undefined;
};
