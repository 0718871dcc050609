import type { JsonValue } from "../json.js";

/** What of the work is this hub's, where several hubs share one store. */
export interface HubShare {
  /** Other hubs may be there. */
  readonly isShared: boolean;
  /** Nothing was heard from the store for so long that others may have taken over. Nothing expires meanwhile. */
  readonly isCutOff: boolean;
  /** This hub alone decides about a server and tells what became of it. */
  owns(serverId: string): boolean;
  /** This hub probes a server. */
  looksAfter(serverId: string): boolean;
}

/** That of the only hub. */
export const allShares: HubShare = {
  isShared: false,
  isCutOff: false,
  owns: () => true,
  looksAfter: () => true,
};

/** One kind of what hubs tell each other in their reports. */
export interface ReportChannel {
  /** What others are to know since the last time; `isFull`: one of them knows nothing yet. */
  take(isFull: boolean): JsonValue | undefined;
  /** What another hub, of this id, said so many milliseconds ago. */
  hear(said: JsonValue, agoMs: number, hubId: string): void;
}
