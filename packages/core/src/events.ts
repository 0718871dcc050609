import type { Judge, WaitingReason } from "./admission.js";
import type { InstanceRef, ServerStatus } from "./entry.js";
import type { Flapping } from "./flapping.js";
import type { InstanceStatus } from "./health.js";
import type { CapabilityKind, ItemChange } from "./snapshot.js";

type About = {
  readonly serverId: string;
  readonly name: string;
  /** Milliseconds since 1970, by the hub's wall clock. */
  readonly at: number;
  /** Nobody let the server in, so only those hear of it who may. */
  readonly isWithheld?: true;
};

/** A registration that brought a new name or a new instance. */
export type Registered = About & {
  readonly kind: "registered";
  readonly instance: InstanceRef;
  /** The name was not in the catalogue before. */
  readonly isNewServer: boolean;
  /** Instances that went for the newcomer: none of the name's holders answered, or these were down. */
  readonly replaced: readonly InstanceRef[];
};

/** A known instance registered again and something it says of itself is different. */
export type RegistrationUpdated = About & {
  readonly kind: "registration-updated";
  readonly instance: InstanceRef;
  readonly changed: readonly string[];
};

/** An operator said something of the server, or took it back. */
type Edited = About & {
  readonly kind: "edited";
  readonly changed: readonly string[];
};

/** What the hub proves itself with to the server changed, as an admin said. Holds names of headers only. */
export type CredentialsChanged = About & {
  readonly kind: "credentials-changed";
  /** `confirmed`: they may be sent to where the server is now. */
  readonly change: "set" | "removed" | "confirmed";
  readonly names: readonly string[];
};

type StatusChanged = About & {
  readonly kind: "status-changed";
  readonly instance: InstanceRef;
  readonly from: InstanceStatus;
  readonly to: InstanceStatus;
  /** The status of the whole name after the change. */
  readonly serverStatus: ServerStatus;
  readonly reason: string;
  readonly fix?: string;
};

type ItemChangeSummary = {
  readonly change: ItemChange["change"];
  readonly kind: CapabilityKind;
  readonly key: string;
};

export type CapabilitiesChanged = About & {
  readonly kind: "capabilities-changed";
  readonly instance: InstanceRef;
  readonly hash: string;
  readonly previousHash?: string;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** The first hundred, with long keys cut; the server's history of changes has more of them. */
  readonly items: readonly ItemChangeSummary[];
  /**
   * With this change it began to flap, or with this one it is stable again. In between it changes
   * without events; this one then tells the difference between the two.
   */
  readonly flapping?: Flapping & { readonly state: "began" | "ended" };
};

type Deregistered = About & {
  readonly kind: "deregistered";
  readonly instance: InstanceRef;
  /** `left`: it said so itself. `removed`: somebody removed the name. */
  readonly reason: "left" | "removed";
  /** It was removed without proof, by an operator: when it still runs, its helper registers it again. */
  readonly isForced?: boolean;
};

type Forgotten = About & {
  readonly kind: "forgotten";
  /** One instance of several; without it, the whole name. */
  readonly instance?: InstanceRef;
  readonly reason: "down-too-long" | "removed";
  /** As that of `deregistered`. */
  readonly isForced?: boolean;
};

export type NameConflict = About & {
  readonly kind: "name-conflict";
  /** The endpoint that wanted the name and did not get it. */
  readonly endpoint: string;
  readonly holder: InstanceRef;
};

/** Nobody has let the name in, or what was let in is another's now: others do not see it. */
export type Waiting = About & {
  readonly kind: "waiting";
  readonly because: WaitingReason;
};

/** A name was let in after it had waited or had been refused. */
export type Admitted = About & { readonly kind: "admitted"; readonly by: Judge };

/** A name was refused: its instances are gone, and it cannot register. */
type Refused = About & {
  readonly kind: "refused";
  readonly by: Judge;
  readonly reason?: string;
};

/** What happened, as the journal and the event stream tell it. Holds no secret. */
export type HubEvent =
  | Registered
  | RegistrationUpdated
  | Edited
  | CredentialsChanged
  | StatusChanged
  | CapabilitiesChanged
  | Deregistered
  | Forgotten
  | NameConflict
  | Waiting
  | Admitted
  | Refused;

/** What can happen to a server. */
export const eventKinds = [
  "registered",
  "registration-updated",
  "edited",
  "credentials-changed",
  "status-changed",
  "capabilities-changed",
  "deregistered",
  "forgotten",
  "name-conflict",
  "waiting",
  "admitted",
  "refused",
] as const satisfies readonly HubEvent["kind"][];

/** An event with its place in the journal. */
export type JournalEvent = HubEvent & { readonly seq: number };

const longestSummary = 100;
const longestKey = 200;

const cut = (key: string) => (key.length > longestKey ? `${key.slice(0, longestKey - 1)}…` : key);

export function summarize(
  changes: readonly ItemChange[],
): Pick<CapabilitiesChanged, "added" | "removed" | "changed" | "items"> {
  const count = (change: ItemChange["change"]) =>
    changes.filter((one) => one.change === change).length;
  return {
    added: count("added"),
    removed: count("removed"),
    changed: count("changed"),
    items: changes.slice(0, longestSummary).map(({ change, kind, key }) => ({
      change,
      kind,
      key: cut(key),
    })),
  };
}
