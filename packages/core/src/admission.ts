import type { Actor } from "./access/principal.js";

/** Whether others see a name: somebody let it in, nobody has yet, or somebody said no. */
export const admissionStates = ["admitted", "waiting", "refused"] as const;

/** One of them. */
export type AdmissionState = (typeof admissionStates)[number];

/** Why a name waits: nobody let it in yet, or what was let in has changed hands, or its machine. */
export const waitingReasons = ["new", "other-registrant", "other-host"] as const;

/** One of them. */
export type WaitingReason = (typeof waitingReasons)[number];

/** Who let a name in or refused it. Of a rule, `id` is the rule. */
export type Judge =
  | Actor
  | { readonly kind: "rule"; readonly id: string; readonly name?: undefined };

/** What was decided of a name, and when (milliseconds since 1970). */
export type Admission =
  | { readonly state: "admitted"; readonly at: number; readonly by: Judge }
  | { readonly state: "waiting"; readonly at: number; readonly because: WaitingReason }
  | {
      readonly state: "refused";
      readonly at: number;
      readonly by: Judge;
      readonly reason?: string | undefined;
    };

type Judged = { readonly admission?: Admission | undefined };

/** An entry without a decision is from a hub that asked nobody: it is let in. */
export function admissionStateOf({ admission }: Judged): AdmissionState {
  return admission?.state ?? "admitted";
}

/** Whether others see it. */
export function isAdmitted(record: Judged): boolean {
  return admissionStateOf(record) === "admitted";
}
