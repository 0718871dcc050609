import { fitsPattern } from "./access/name-pattern.js";
import { type Policy, policyOf, type SubjectServer, subjectOf } from "./access/policy.js";
import { actorOf, type Principal } from "./access/principal.js";
import { type Admission, isAdmitted, type Judge, type WaitingReason } from "./admission.js";
import type { EntryRecord, InstanceRecord } from "./entry.js";
import { HubError } from "./errors.js";

/** What decides without a person. */
export type AdmissionRules = {
  /** A name that nobody let in waits. Else everything is let in, except for what was refused. */
  readonly isAsked: boolean;
  /** Patterns of ids, such as `payments-*`, that are let in whoever registers them. */
  readonly admit: readonly string[];
};

/** Those of a hub that asks nobody. */
export const openAdmission: AdmissionRules = { isAsked: false, admit: [] };

/** Whether somebody sees a server at all. What is not let in is seen by who may judge it. */
export function maySee(policy: Policy, record: EntryRecord): boolean {
  return policy.may(isAdmitted(record) ? "read" : "admin", subjectOf(record));
}

/** The rule that lets a name in; undefined when a person, or the right of its registrant, has to. */
export function ruleFor(rules: AdmissionRules, serverId: string): Judge | undefined {
  if (!rules.isAsked) return { kind: "rule", id: "open" };
  const pattern = rules.admit.find((one) => fitsPattern(one, serverId));
  return pattern === undefined ? undefined : { kind: "rule", id: pattern };
}

/**
 * Who lets a name in that somebody registers; undefined when nobody does. Nobody knows who is anonymous, so
 * that no right of theirs counts.
 */
function judgeFor(
  rules: AdmissionRules,
  registrant: Principal,
  server: SubjectServer,
): Judge | undefined {
  const rule = ruleFor(rules, server.id);
  if (rule !== undefined || registrant.kind === "anonymous") return rule;
  return policyOf(registrant).admits(server) ? actorOf(registrant) : undefined;
}

/**
 * What a registration that takes effect makes of the admission of its name. `after` has the admission of
 * before. Throws ADMISSION_REFUSED for a name that somebody refused.
 */
export function admissionAfter(
  before: EntryRecord | undefined,
  after: EntryRecord,
  registrant: Principal,
  rules: AdmissionRules,
  at: number,
): Admission | undefined {
  const known = before?.admission;
  if (known?.state === "refused") throw admissionRefused(after.name, known);
  const judge = judgeFor(rules, registrant, subjectOf(after));
  const isLetIn = before !== undefined && isAdmitted(before);
  if (judge !== undefined) {
    // A hub that asks nobody writes nothing down.
    if (isLetIn || (before === undefined && !rules.isAsked)) return known;
    return { state: "admitted", at, by: judge };
  }
  if (before === undefined) return { state: "waiting", at, because: "new" };
  const because = isLetIn ? changedHands(before, after) : undefined;
  return because === undefined ? known : { state: "waiting", at, because };
}

/** What an admission does not cover any more: it is for who registered the name, and for where it was. */
function changedHands(before: EntryRecord, after: EntryRecord): WaitingReason | undefined {
  const registrants = registrantsOf(before);
  // Who is not known, as on a hub that asked nobody who it is, is nobody else.
  const isOther = registrantsOf(after).some((id) => !registrants.includes(id));
  if (isOther && registrants.length > 0) return "other-registrant";
  const hosts = hostsOf(before);
  return hostsOf(after).every((host) => hosts.includes(host)) ? undefined : "other-host";
}

function registrantsOf({ instances, lastRegisteredBy }: EntryRecord): readonly string[] {
  const known = instances.length === 0 ? [lastRegisteredBy] : instances.map(registrantOf);
  return known.flatMap((actor) => (actor === undefined ? [] : [actor.id]));
}

const registrantOf = ({ registeredBy }: InstanceRecord) => registeredBy;

/** Where calls to a name may go: the hosts of all URLs at which it may be reached. */
function hostsOf({ instances, lastEndpoint }: EntryRecord): readonly string[] {
  const urls =
    instances.length === 0
      ? [lastEndpoint]
      : instances.flatMap(({ endpoint, candidates }) => [endpoint, ...candidates]);
  return urls.map((url) => new URL(url).hostname);
}

function admissionRefused(
  name: string,
  { at, by, reason }: Extract<Admission, { readonly state: "refused" }>,
): HubError {
  const when = new Date(at).toISOString();
  const why =
    reason === undefined ? "" : ` Reason: ${/[.!?]$/.test(reason) ? reason : `${reason}.`}`;
  return new HubError(
    "ADMISSION_REFUSED",
    `The name "${name}" was refused by ${by.name ?? by.id} at ${when}.${why} Register under another name, or ask an admin to let it in: mcp-hub admit.`,
    { details: { refused: { by, at: when, ...(reason === undefined ? {} : { reason }) } } },
  );
}
