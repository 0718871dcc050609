import type { EntryRecord } from "../entry.js";
import { shownProfile } from "../shown-profile.js";
import { fitsPattern } from "./name-pattern.js";
import { type Action, actions, type Grant, type Principal } from "./principal.js";

/** What an action is done with. */
export type Subject =
  /** What belongs to no server: tokens, limits, the audit. Only a grant that nothing narrows covers it. */
  | "hub"
  | SubjectServer
  /** A tool of it, by the name that the server gives it. */
  | { readonly server: SubjectServer; readonly tool: string };

/** A server, as far as grants speak of it. */
export type SubjectServer = {
  readonly id: string;
  readonly tags: readonly string[];
};

/** What an action allows besides itself: who may call sees what it calls, and an admin may do all. */
const implied: Readonly<Record<Action, readonly Action[]>> = {
  read: ["read"],
  register: ["register"],
  call: ["call", "read"],
  admin: ["admin", "register", "call", "read"],
};

/**
 * What some grants allow, for everybody who has the same ones: what is made for a policy is kept once, however
 * many ask.
 */
export class Policy {
  /** The same for grants that allow the same. */
  readonly key: string;
  readonly #grants: Readonly<Record<Action, readonly Grant[]>>;
  /** What it may do with everything: each call asks. */
  readonly #withAll: ReadonlySet<Action>;

  constructor(grants: readonly Grant[]) {
    this.key = keyOf(grants);
    const of = (action: Action) => grants.filter((grant) => implied[grant.action].includes(action));
    this.#grants = {
      read: of("read"),
      register: of("register"),
      call: of("call"),
      admin: of("admin"),
    };
    this.#withAll = new Set(actions.filter((action) => this.#grants[action].some(isUnnarrowed)));
  }

  /** Whether there is anything at all that it may do this with. */
  mayAtAll(action: Action): boolean {
    return this.#grants[action].length > 0;
  }

  /** How many names it may register at most; undefined when that is the hub's to say. */
  get mostServers(): number | undefined {
    const limits = this.#grants.register.map(({ mostServers }) => mostServers);
    const given = limits.filter((limit) => limit !== undefined);
    return given.length === 0 || given.length < limits.length ? undefined : Math.max(...given);
  }

  /** Whether it may do this with everything there is: then nothing needs to be filtered. */
  mayWithAll(action: Action): boolean {
    return this.#withAll.has(action);
  }

  may(action: Action, subject: Subject): boolean {
    const grants = this.#grants[action];
    if (subject === "hub") return this.mayWithAll(action);
    if ("tool" in subject) {
      const { server, tool } = subject;
      return grants.some((grant) => coversServer(grant, action, server) && coversTool(grant, tool));
    }
    return grants.some((grant) => coversServer(grant, action, subject));
  }

  /** Whether it may do this with all of a server: its prompts, its resources, and every tool, also those to come. */
  mayWithWhole(action: Action, server: SubjectServer): boolean {
    return this.#grants[action].some(
      (grant) => grant.tools === undefined && coversServer(grant, action, server),
    );
  }

  /**
   * Whether it lets a name in by registering it: as an admin, or by a grant that names servers. A right to
   * register anything says nothing about any name.
   */
  admits(server: SubjectServer): boolean {
    return this.#grants.register.some(
      (grant) =>
        (grant.action === "admin" || grant.servers !== undefined) &&
        coversServer(grant, "register", server),
    );
  }
}

const isUnnarrowed = ({ servers, tags, tools }: Grant): boolean =>
  servers === undefined && tags === undefined && tools === undefined;

function coversServer({ servers, tags }: Grant, action: Action, server: SubjectServer): boolean {
  if (servers !== undefined && !servers.some((pattern) => fitsPattern(pattern, server.id)))
    return false;
  if (tags === undefined) return true;
  // Who registers chooses the tags, so none of them may be beyond the grant.
  return action === "register"
    ? server.tags.length > 0 && server.tags.every((tag) => tags.includes(tag))
    : server.tags.some((tag) => tags.includes(tag));
}

const coversTool = ({ tools }: Grant, tool: string): boolean =>
  tools === undefined || tools.some((pattern) => fitsPattern(pattern, tool));

const sorted = (values: readonly string[] | undefined) =>
  values === undefined ? null : [...new Set(values)].sort();

function keyOf(grants: readonly Grant[]): string {
  const keys = grants.map(({ action, servers, tags, tools, mostServers = null }) =>
    JSON.stringify([action, sorted(servers), sorted(tags), sorted(tools), mostServers]),
  );
  return [...new Set(keys)].sort().join(" ");
}

const policies = new WeakMap<readonly Grant[], Policy>();

/** The policy of a principal; the same object for the same list of grants. */
export function policyOf({ grants }: Pick<Principal, "grants">): Policy {
  const known = policies.get(grants);
  if (known !== undefined) return known;
  const policy = new Policy(grants);
  policies.set(grants, policy);
  return policy;
}

/** Whether somebody may do something: the one answer that everything else asks. */
export function may(principal: Principal, action: Action, subject: Subject): boolean {
  return policyOf(principal).may(action, subject);
}

/** A server as access rules see it: by its id, which no rename changes, and by the tags that are shown of it. */
export function subjectOf(record: EntryRecord): SubjectServer {
  return { id: record.id, tags: shownProfile(record).tags ?? [] };
}
