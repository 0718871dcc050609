import { isAdmitted } from "../admission.js";
import { maySee } from "../admission-rules.js";
import type { Entry, EntryRecord } from "../entry.js";
import type { Registry } from "../registry.js";
import { type CapabilityKind, type CapabilitySnapshot, capabilityKinds } from "../snapshot.js";
import { type Policy, policyOf, type SubjectServer, subjectOf } from "./policy.js";
import type { Principal } from "./principal.js";

type Source = Pick<Registry, "version" | "list" | "get" | "now">;

/** Servers as somebody sees them. `AdmittedServers` is that of whoever sees all that was let in. */
export type ServersInSight = Pick<Registry, "list" | "get" | "now">;

/** Whether somebody sees one thing that a server offers, or offered once. */
function seesItem(policy: Policy, server: SubjectServer, kind: CapabilityKind, key: string) {
  return kind === "tools"
    ? policy.may("read", { server, tool: key })
    : policy.mayWithWhole("read", server);
}

/** The part of a snapshot that somebody sees. */
function partOf(snapshot: CapabilitySnapshot, policy: Policy, server: SubjectServer) {
  const seen = (kind: CapabilityKind) =>
    snapshot[kind].filter(({ key }) => seesItem(policy, server, kind, key));
  const kinds = Object.fromEntries(capabilityKinds.map((kind) => [kind, seen(kind)]));
  // What a server says of its use speaks of all that it offers.
  const { instructions, ...rest } = snapshot;
  return { ...rest, ...kinds };
}

/** The part of a record that somebody sees: limits name the tools that they are for. */
function partOfRecord(record: EntryRecord, policy: Policy, server: SubjectServer): EntryRecord {
  const { edits } = record;
  if (edits?.toolTimeoutsMs === undefined) return record;
  const seen = Object.entries(edits.toolTimeoutsMs).filter(([tool]) =>
    seesItem(policy, server, "tools", tool),
  );
  return { ...record, edits: { ...edits, toolTimeoutsMs: Object.fromEntries(seen) } };
}

/**
 * The catalogue as everybody with one policy sees it: servers that it may not read are not there, and of others
 * the tools, prompts and resources that it may not read. Made when something changed, and kept for all of them.
 */
export class SeenServers implements ServersInSight {
  readonly policy: Policy;
  /** The same without what nobody let in, which is there for those only who may judge it. */
  readonly admitted: ServersInSight;
  readonly #source: Source;
  readonly #parts = new WeakMap<Entry, Entry>();
  #of: readonly Entry[] | undefined;
  #all: readonly Entry[] = [];
  #admitted: readonly Entry[] = [];

  constructor(source: Source, policy: Policy) {
    this.#source = source;
    this.policy = policy;
    this.admitted = {
      list: () => this.#follow().#admitted,
      get: (serverId) => {
        const entry = this.get(serverId);
        return entry !== undefined && isAdmitted(entry.record) ? entry : undefined;
      },
      now: () => source.now(),
    };
  }

  get version(): number {
    return this.#source.version;
  }

  list(): readonly Entry[] {
    return this.#follow().#all;
  }

  get(serverId: string): Entry | undefined {
    const entry = this.#source.get(serverId);
    return entry !== undefined && maySee(this.policy, entry.record) ? this.#seen(entry) : undefined;
  }

  now() {
    return this.#source.now();
  }

  /** Whether what is kept of a server, such as its events and its traffic, is shown; also when it is gone. */
  sees(serverId: string): boolean {
    const entry = this.#source.get(serverId);
    // Nobody knows which tags it had.
    return entry === undefined
      ? this.policy.may("read", { id: serverId, tags: [] })
      : maySee(this.policy, entry.record);
  }

  /** Whether what happened to a server while others saw it is told, also when it was refused since, or is gone. */
  hearsOf(serverId: string): boolean {
    return this.policy.may("read", this.#subject(serverId));
  }

  /** Whether what is kept of one thing that a server offers, or offered once, is shown. */
  seesItem(serverId: string, kind: CapabilityKind, key: string): boolean {
    return seesItem(this.policy, this.#subject(serverId), kind, key);
  }

  /** Whether all of a server is shown, with every tool that it ever had. */
  seesWhole(serverId: string): boolean {
    return this.policy.mayWithWhole("read", this.#subject(serverId));
  }

  #subject(serverId: string): SubjectServer {
    const entry = this.#source.get(serverId);
    return entry === undefined ? { id: serverId, tags: [] } : subjectOf(entry.record);
  }

  #follow(): this {
    const all = this.#source.list();
    if (all === this.#of) return this;
    this.#of = all;
    const isEverything = this.policy.mayWithAll("admin");
    this.#all = isEverything
      ? all
      : all.flatMap((entry) => (maySee(this.policy, entry.record) ? [this.#seen(entry)] : []));
    const isWhole = this.#all.every(({ record }) => isAdmitted(record));
    this.#admitted = isWhole ? this.#all : this.#all.filter(({ record }) => isAdmitted(record));
    return this;
  }

  #seen(entry: Entry): Entry {
    const { record, snapshot } = entry;
    const server = subjectOf(record);
    if (this.policy.mayWithWhole("read", server)) return entry;
    const known = this.#parts.get(entry);
    if (known !== undefined) return known;
    const part = {
      ...entry,
      record: partOfRecord(record, this.policy, server),
      ...(snapshot === undefined ? {} : { snapshot: partOf(snapshot, this.policy, server) }),
    };
    this.#parts.set(entry, part);
    return part;
  }
}

/** Policies whose sight is kept; a hub has few, and one that is made again costs a pass over the servers. */
const mostKept = 200;

/** What everybody sees, kept once for each policy. */
export class Sights {
  readonly #source: Source;
  readonly #kept = new Map<string, SeenServers>();

  constructor(source: Source) {
    this.#source = source;
  }

  of(principal: Principal): SeenServers {
    const policy = policyOf(principal);
    const known = this.#kept.get(policy.key);
    if (known !== undefined) return known;
    const seen = new SeenServers(this.#source, policy);
    if (this.#kept.size >= mostKept) this.#kept.clear();
    this.#kept.set(policy.key, seen);
    return seen;
  }
}
