/** A hub as it says who it is. */
export type HubIdentity = {
  /** Made anew at each start of its process. */
  readonly id: string;
  /** Where other hubs reach it. Default: they do not. */
  readonly address?: string | undefined;
  readonly version: string;
  /** Milliseconds since 1970, by its own clock. */
  readonly startedAt: number;
  /** Which key it has (see `CredentialRow.keyId`); empty for none. Default: nobody is told. */
  readonly keyId?: string | undefined;
};

/** A hub on a shared store. Ages are by the clock of the store. */
export type HubOnStore = Omit<HubIdentity, "keyId"> & {
  /** It has not the key that is noted at the store. Default: it has, or does not say. */
  readonly hasAnotherKey?: boolean | undefined;
  readonly seenAgoMs: number;
  /** Since it was last new here, or back after a silence. */
  readonly joinedAgoMs: number;
  /** The number of its newest report. */
  readonly reports: number;
};

/** What a hub saw, for all others. Each hub numbers its own from 1 on, without gaps. */
export type HubReport = {
  readonly hubId: string;
  readonly number: number;
  /** Since it was made. */
  readonly agoMs: number;
  readonly text: string;
};

/** A sign of life of a hub. */
export type Pulse = {
  readonly hub: HubIdentity;
  /** It has not been heard of for a while, as it knows itself. */
  readonly isJoining: boolean;
  /** Stored once, however often it is sent. */
  readonly report?: Omit<HubReport, "hubId"> | undefined;
  /** The others are to read it at once. */
  readonly isUrgent: boolean;
  /** The newest report of each hub that was read. Of others all are sent that are kept. */
  readonly read: ReadonlyMap<string, number>;
};

/** What a hub gets to know with its pulse. */
export type Pulsed = {
  /** Milliseconds since 1970, by the clock of the store. */
  readonly wall: number;
  /** All that were seen lately, itself among them. */
  readonly hubs: readonly HubOnStore[];
  /** With this pulse it joined: while no other lived (`alone`), or beside others. */
  readonly joined?: "alone" | "beside-others" | undefined;
  /** Those of other hubs that it has not read, in the order of each hub's numbers. */
  readonly reports: readonly HubReport[];
};

/** How long is what, in milliseconds, between hubs on one store. */
export const hubTimes = {
  /** Between two pulses. */
  pulse: 1_000,
  /** A hub that had no pulse for so long decides nothing any more. */
  contact: 4_000,
  /** A hub that was not seen for so long is gone; more than `contact`, so that it knows first. */
  gone: 5_000,
  /** Hubs that were not seen for so long are shown no more. */
  shown: 60_000,
  /** Reports are kept for so long, and told to nobody afterwards. */
  kept: 60_000,
} as const;

/** Where hubs on one store meet. */
export interface SharedHubs {
  /** Rejects with STORE_UNAVAILABLE. */
  pulse(pulse: Pulse): Promise<Pulsed>;
  /** It stops, and others need not wait until they miss it. */
  leave(hubId: string): Promise<void>;
  /**
   * The ids of the hubs whose connection to the store stands: of one that was killed it does not. A hub that is not
   * among them may live all the same.
   */
  connected(): Promise<ReadonlySet<string>>;
  /** Removes hubs that are gone, and reports that everybody has read. */
  tidy(): Promise<void>;
  /** A random text that all hubs on this store share and that is no secret. */
  salt(): Promise<string>;
  /** Which key all hubs on this store have (see `CredentialRow.keyId`); undefined until one said so. */
  keyId(): Promise<string | undefined>;
  /** Says so where no hub did yet. Resolves with what holds. */
  claimKey(keyId: string): Promise<string>;
}
