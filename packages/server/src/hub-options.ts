import type { BudgetBook, Clock, HubStore, JournalEvent, Registry } from "@hub/core";
import type { CallTraces } from "@hub/gateway";
import type { Arrivals } from "./access/arrival.js";
import type { Callers } from "./access/callers.js";
import type { Gate } from "./access/gate.js";
import type { AccessOptions } from "./access/open-access.js";
import type { HubApp } from "./api/hono.js";
import type { WebUi } from "./api/web-ui.js";
import type { TellFault } from "./boundary.js";
import type { TakeRequest } from "./gateway-handler.js";
import type { HubConfig, PartialHubConfig } from "./hub-config.js";
import type { LevelledLog, Log } from "./log.js";
import type { SettingSources } from "./settings/settings-in-force.js";

/** What a hub lends to the store that it opens. */
export type StoreContext = {
  /** How much of journal and histories is to be kept; what the store uses of it shows in `/healthz?verbose`. */
  readonly budgets: BudgetBook;
  readonly log: Log;
};

export type HubOptions = {
  /** Default: `defaultConfig`, also for every part that is left out. */
  readonly config?: PartialHubConfig | undefined;
  /**
   * Opens where everything survives; the hub closes it when it stops. Default: the SQLite file `hub.db` in the
   * data directory.
   */
  readonly store?: ((context: StoreContext) => HubStore | Promise<HubStore>) | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
  /** Default: warnings and errors on standard output, one JSON object a line. */
  readonly log?: Log | LevelledLog | undefined;
  /** What browsers get to see. Default: nothing. */
  readonly webUi?: WebUi | undefined;
  /** How people and programs prove who they are. Default: they need not, and everybody may do all. */
  readonly access?: AccessOptions | undefined;
  /** Where the settings came from, for `GET /settings`. Default: from the program that starts the hub. */
  readonly settingSources?: SettingSources | undefined;
  /** Traces the calls that go through the hub; see `openTraces`. Whoever gives them stops them after the hub. Default: nobody does. */
  readonly traces?: CallTraces | undefined;
  /** Hears every event of the journal, from the first on. Default: nobody. */
  readonly onEvent?: ((event: JournalEvent) => void) | undefined;
  /** Hears how many bytes came, with every piece of an answer that the gateway reads. Default: nobody. */
  readonly onReceived?: ((length: number) => void) | undefined;
};

/** A hub that is put together and that nobody can reach yet. */
export type HubParts = {
  readonly config: HubConfig;
  readonly log: Log;
  readonly budgets: BudgetBook;
  readonly registry: Registry;
  readonly gate: Gate;
  readonly app: HubApp;
  readonly takeRequest: TakeRequest;
  readonly arrivals: Arrivals;
  readonly callers: Callers;
  readonly tellFault: TellFault;
  /** Begins to probe. */
  start(): void;
  /** Says no to `/readyz`, and ends streams. */
  drain(): void;
  /** Resolves when no call waits for a client that can come to another hub, at the latest after so many milliseconds. */
  settle(withinMs: number): Promise<void>;
  /** Ends what is left of calls, writes everything, and closes the store. */
  close(): Promise<void>;
};
