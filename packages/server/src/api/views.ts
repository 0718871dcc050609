import type {
  Event,
  FindingView,
  InstanceDetail,
  InstanceView,
  ServerDetail,
  ServerSummary,
} from "@hub/api";
import {
  type Entry,
  type EntryRecord,
  type Finding,
  flappingOf,
  type Instance,
  type JournalEvent,
  leadingInstance,
  leaseIsLost,
  type Now,
  serverStatus,
} from "@hub/core";
import { fixFor, isHidden, problemOf, reasonFor, shownProfile, warningsFor } from "@hub/core/shown";

/** RFC 3339 in UTC. */
export function instant(wallMs: number): string {
  return new Date(wallMs).toISOString();
}

/** An event as it goes out, in the journal and in the stream. */
export function eventView(event: JournalEvent): Event {
  const at = instant(event.at);
  if (event.kind !== "capabilities-changed") return { ...event, at };
  const { flapping, ...rest } = event;
  if (flapping === undefined) return { ...rest, at };
  return { ...rest, at, flapping: { ...flapping, since: instant(flapping.since) } };
}

function findingView(finding: Finding): FindingView {
  const { step, code, cause, fix, suggestion } = finding;
  return {
    step,
    code,
    cause,
    fix,
    ...(suggestion === undefined ? {} : { suggestion: { ...suggestion } }),
  };
}

/** How it was reached, which may be by a candidate; as it registered while it was not. */
function placeOf({ record, health }: Instance): Pick<ServerSummary, "endpoint" | "transport"> {
  const { endpoint, transport } = health.outcome?.ok === true ? health.outcome : record;
  return { endpoint, transport };
}

export function instanceView(instance: Instance): InstanceView {
  const { record, health } = instance;
  const problem = problemOf(health);
  return {
    id: record.id,
    ...placeOf(instance),
    status: health.status,
    ...(problem === undefined ? {} : { problem: findingView(problem) }),
  };
}

function probeView({ health }: Instance, now: Now): InstanceDetail["probe"] {
  const { outcome, probedAtWall } = health;
  if (outcome === undefined || probedAtWall === undefined) return undefined;
  return {
    at: instant(probedAtWall),
    ok: outcome.ok,
    latencyMs: Math.round(outcome.latencyMs * 10) / 10,
    nextInMs: Math.max(0, Math.round(health.nextProbeAt - now.hub)),
    failures: health.failures,
    ...(outcome.ok
      ? {
          needsToken: outcome.needsToken,
          ...(outcome.era === undefined ? {} : { era: outcome.era }),
          ...(outcome.protocolVersion === undefined
            ? {}
            : { protocolVersion: outcome.protocolVersion }),
          ...(outcome.serverName === undefined ? {} : { serverName: outcome.serverName }),
          ...(outcome.serverVersion === undefined ? {} : { serverVersion: outcome.serverVersion }),
        }
      : {
          tried: outcome.tried.map((one) => ({
            endpoint: one.endpoint,
            finding: findingView(one.finding),
          })),
        }),
  };
}

function instanceDetail(instance: Instance, now: Now): InstanceDetail {
  const { record, health } = instance;
  const probe = probeView(instance, now);
  const fix = fixFor(health, health.status);
  const reason = reasonFor(health, health.status, now.hub);
  return {
    ...instanceView(instance),
    registeredEndpoint: record.endpoint,
    candidates: [...record.candidates],
    statusSince: instant(health.statusSinceWall),
    reason: fix === undefined ? reason : `${reason} ${fix}`,
    registeredAt: instant(record.registeredAt),
    lastRegisteredAt: instant(
      Math.max(record.lastRegisteredAt ?? record.registeredAt, health.pending?.atWall ?? 0),
    ),
    ...(record.registeredFrom === undefined ? {} : { registeredFrom: record.registeredFrom }),
    ...(record.registeredBy === undefined ? {} : { registeredBy: { ...record.registeredBy } }),
    lastSeenAt: instant(health.aliveAtWall),
    ...(health.lease === undefined
      ? {}
      : {
          lease: {
            ttlMs: health.lease.ttlMs,
            ...(health.beatAtWall === undefined
              ? {}
              : { lastHeartbeatAt: instant(health.beatAtWall) }),
            isLost: leaseIsLost(health, now.hub),
          },
        }),
    ...(probe === undefined ? {} : { probe }),
    warnings: warningsFor(health, now.hub),
  };
}

/** Where lists say that a server is: at its healthiest instance, or where the last one was. */
export function shownPlace({
  record,
  instances,
}: Entry): Pick<ServerSummary, "endpoint" | "transport"> {
  const leading = leadingInstance(instances);
  return leading === undefined
    ? { endpoint: record.lastEndpoint, transport: record.lastTransport }
    : placeOf(leading);
}

/** What keeps others from seeing a server; of one that was let in, nothing is said. */
function admissionView({ admission }: EntryRecord): Pick<ServerSummary, "admission"> {
  if (admission === undefined || admission.state === "admitted") return {};
  const { at, ...said } = admission;
  return { admission: withoutUndefined({ ...said, since: instant(at) }) };
}

/** A list that says of each server what it can do must not grow with how much that is, nor with a stranger's names. */
const mostNamed = 3;
const longestNamed = 100;

/** What lists show of a server. Holds nothing that a heartbeat changes. */
export function serverSummary(entry: Entry): ServerSummary {
  const { record, instances, snapshot } = entry;
  const { tags, icons, ...profile } = shownProfile(record);
  const flapping = flappingOf(entry.pace);
  return {
    id: record.id,
    name: record.name,
    ...withoutUndefined(profile),
    tags: [...(tags ?? [])],
    ...(icons === undefined ? {} : { icons: icons.map(withoutUndefined) }),
    ...shownPlace(entry),
    status: serverStatus(instances),
    ...(isHidden(record) ? { hidden: true } : {}),
    ...admissionView(record),
    instances: instances.map(instanceView),
    capabilities:
      snapshot === undefined
        ? null
        : {
            hash: snapshot.hash,
            era: snapshot.era,
            protocolVersion: snapshot.protocolVersion,
            keepsSessions: snapshot.keepsSessions === true,
            tools: snapshot.tools.length,
            firstTools: snapshot.tools
              .slice(0, mostNamed)
              .map(({ key }) => key.slice(0, longestNamed).toWellFormed()),
            resources: snapshot.resources.length,
            resourceTemplates: snapshot.resourceTemplates.length,
            prompts: snapshot.prompts.length,
          },
    ...(flapping === undefined
      ? {}
      : { flapping: { since: instant(flapping.since), changes: flapping.changes } }),
    revision: record.revision,
    registeredAt: instant(record.createdAt),
    updatedAt: instant(record.updatedAt),
  };
}

export function serverDetail(entry: Entry, now: Now, warnings: readonly string[]): ServerDetail {
  return {
    ...serverSummary(entry),
    instances: entry.instances.map((instance) => instanceDetail(instance, now)),
    ...(entry.snapshot === undefined ? {} : { serverInfo: { ...entry.snapshot.serverInfo } }),
    ...(entry.snapshot?.instructions === undefined
      ? {}
      : { instructions: entry.snapshot.instructions }),
    warnings: [...warnings],
    etag: etagOf(entry.record),
    ...saidBesides(entry.record),
  };
}

/** With the moment of its making, so that a server that comes back under an old id has another. */
export function etagOf({ revision, createdAt }: EntryRecord): string {
  return `"${revision}-${Math.floor(createdAt).toString(36)}"`;
}

/** What an operator said, and what the server itself says of the same. */
function saidBesides({ edits, profile }: EntryRecord): Pick<ServerDetail, "edits" | "registered"> {
  if (edits === undefined) return {};
  const { tags, toolTimeoutsMs, ...said } = withoutUndefined(edits);
  const { title, description, owner } = profile;
  const ownTags = profile.tags === undefined ? undefined : [...profile.tags];
  return {
    edits: {
      ...said,
      ...(tags === undefined ? {} : { tags: [...tags] }),
      ...(toolTimeoutsMs === undefined ? {} : { toolTimeoutsMs: { ...toolTimeoutsMs } }),
    },
    registered: withoutUndefined({
      title: edits.title === undefined ? undefined : title,
      description: edits.description === undefined ? undefined : description,
      tags: tags === undefined ? undefined : ownTags,
      owner: edits.owner === undefined ? undefined : owner,
    }),
  };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Optional members that are undefined become members that are not there, which JSON makes of them anyway. */
function withoutUndefined<T extends object>(value: T): Defined<T> {
  // Only undefined members are dropped, and the type says exactly that.
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as Defined<T>;
}
