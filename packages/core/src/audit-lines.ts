import type { Asker, AuditRecord } from "./audit.js";
import type { EntryRecord, InstanceRecord } from "./entry.js";
import { type JsonObject, jsonOf } from "./json.js";
import type { RegistrationDecision } from "./registration-decision.js";

/** What the registry decides, as lines of the audit. */

type Accepted = Extract<RegistrationDecision, { readonly kind: "accept" }>;

/** A registration that changed something: the same again is no decision. */
export function registrationAudit(
  before: EntryRecord | undefined,
  { record, event, judged, instanceId }: Accepted,
  by: Asker,
  at: number,
): readonly AuditRecord[] {
  const lines: AuditRecord[] = [];
  const about = { ...by, at, serverId: record.id, subject: instanceId, outcome: "done" } as const;
  if (event !== undefined) {
    const isTakeover = event.kind === "registered" && event.replaced.length > 0;
    const action = isTakeover ? "take-over" : event.kind === "registered" ? "register" : "update";
    lines.push({ ...about, action, ...changeOf(before, record, registrationOf) });
  }
  if (judged !== undefined)
    lines.push({
      ...about,
      action: judged.kind === "waiting" ? "wait" : "admit",
      ...changeOf(before, record, admissionOf),
    });
  return lines;
}

export function judgementAudit(
  action: "admit" | "refuse",
  before: EntryRecord,
  after: EntryRecord,
  by: Asker,
  at: number,
): AuditRecord {
  return {
    ...by,
    at,
    action,
    serverId: after.id,
    outcome: "done",
    ...changeOf(before, after, admissionOf),
  };
}

export function editAudit(
  before: EntryRecord,
  after: EntryRecord,
  by: Asker,
  at: number,
): AuditRecord {
  const { id } = after;
  const change = changeOf(before, after, ({ edits }) => ({ ...edits }));
  return { ...by, at, action: "edit", serverId: id, outcome: "done", ...change };
}

export function leaveAudit(
  { id }: EntryRecord,
  { id: subject, endpoint }: InstanceRecord,
  by: Asker,
  at: number,
): AuditRecord {
  const before = { endpoint };
  return { ...by, at, action: "leave", serverId: id, subject, outcome: "done", before };
}

export function removalAudit(
  record: EntryRecord,
  isForced: boolean,
  by: Asker,
  at: number,
): AuditRecord {
  return {
    ...by,
    at,
    action: "remove",
    serverId: record.id,
    outcome: "done",
    before: jsonOf(registrationOf(record)),
    after: { isForced },
  };
}

/** What a registration says, and who holds it. Hashes of secrets are of no use to who reads this. */
function registrationOf({ name, profile, instances }: EntryRecord) {
  return {
    name,
    ...profile,
    instances: instances.map(({ id, endpoint, transport, candidates, registeredBy }) => ({
      id,
      endpoint,
      transport,
      candidates,
      registeredBy,
    })),
  };
}

const admissionOf = ({ admission }: EntryRecord) => ({ admission: { ...admission } });

/** Of both, the members in which they differ. */
function changeOf(
  before: EntryRecord | undefined,
  after: EntryRecord,
  view: (record: EntryRecord) => object,
): Pick<AuditRecord, "before" | "after"> {
  const now = jsonOf(view(after));
  if (before === undefined) return { after: now };
  const was = jsonOf(view(before));
  const keys = [...new Set([...Object.keys(was), ...Object.keys(now)])].filter(
    (key) => JSON.stringify(was[key]) !== JSON.stringify(now[key]),
  );
  const pick = (from: JsonObject): JsonObject =>
    Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])));
  return { before: pick(was), after: pick(now) };
}
