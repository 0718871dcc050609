import type { Principal } from "./access/principal.js";
import type { AdmissionRules } from "./admission-rules.js";
import type { EntryRecord, InstanceRecord } from "./entry.js";
import type { HubError } from "./errors.js";
import type { Admitted, NameConflict, Registered, RegistrationUpdated, Waiting } from "./events.js";
import type { Standing } from "./ownership.js";
import type { Registration } from "./registration.js";

/** A registration with what the hub adds to it. Secrets are hashed already. */
export type RegistrationRequest = {
  readonly registration: Registration;
  readonly serviceKeyHash?: string | undefined;
  /** Of the secret that was sent as proof beside the registration, as of a lease. */
  readonly proofHash?: string | undefined;
  /** Of the same, as of a service key. */
  readonly proofKeyHash?: string | undefined;
  readonly lease?: { readonly hash: string; readonly ttlMs: number } | undefined;
  /** The address it came from. */
  readonly from?: string | undefined;
};

/** What is known when a registration is decided. */
export type RegistrationFacts = {
  /** The id the name has or would get. */
  readonly id: string;
  /** The entry as it is now, with all that was decided before in the same commit. */
  readonly record: EntryRecord | undefined;
  readonly wall: number;
  /** Who registers. */
  readonly registrant: Principal;
  readonly rules: AdmissionRules;
  readonly standingOf: (instance: InstanceRecord) => Standing;
  /** Whether the same was asked for before, and nothing else since, at an instance that has to wait for the lease there. */
  readonly isAskedAgain: (instanceId: string) => boolean;
  /** Whether nothing listens any more where an instance is registered; undefined until somebody looked. */
  readonly isGone: (instance: InstanceRecord) => boolean | undefined;
};

export type RegistrationDecision =
  | {
      readonly kind: "accept";
      readonly record: EntryRecord;
      readonly instanceId: string;
      readonly isNewServer: boolean;
      readonly isNewInstance: boolean;
      /** It proved to be the instance that it is. */
      readonly isProven: boolean;
      /** What it brought and may not change. */
      readonly ignored: readonly ("serviceKey" | "candidates")[];
      /** Missing when nothing that people see has changed. */
      readonly event: Registered | RegistrationUpdated | undefined;
      /** Whether others see it is another matter now than before; missing when it is not. */
      readonly judged: Waiting | Admitted | undefined;
    }
  /** A lease is alive at its endpoint, and it does not know it. */
  | {
      readonly kind: "wait";
      readonly id: string;
      readonly instanceId: string;
      readonly retryAfterMs: number;
    }
  | { readonly kind: "look"; readonly id: string; readonly at: readonly InstanceRecord[] }
  | { readonly kind: "refuse"; readonly error: HubError; readonly event: NameConflict };
