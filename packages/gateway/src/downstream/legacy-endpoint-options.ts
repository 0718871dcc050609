import type { HubPeers } from "@hub/core/hubs";
import type { HubTools } from "../hub-tools/hub-tools.js";
import type { SessionKeeping } from "../session/sessions.js";
import type { GatewayContext } from "../upstream/context.js";
import type { Watchers } from "../upstream/watchers.js";
import type { Listeners } from "./listeners.js";

/** What clients of the 2025 revisions are answered with. */
export type LegacyEndpointOptions = {
  readonly context: GatewayContext;
  readonly listeners: Listeners;
  readonly watchers: Watchers;
  readonly hubTools: HubTools;
  readonly version: string;
  /** Default: sessions end with the process. */
  readonly sessions?: SessionKeeping | undefined;
  /** Hubs where the same sessions go on. Default: there is none. */
  readonly peers?: HubPeers | undefined;
};
