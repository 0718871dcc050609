import { type Clock, type Entry, HubError, leadingInstance } from "@hub/core";
import type { CredentialStanding } from "@hub/core/probing";
import type { Asker, AuditRecord, CredentialStore } from "@hub/core/storage";
import {
  type CredentialFacts,
  type CredentialGiven,
  type CredentialSecret,
  type ReadyHeaders,
  tokenHeader,
  type UpstreamCredentials,
} from "@hub/core/upstream";
import type { Dialer } from "@hub/dial";
import { type HeldCredential, headerOf, opened, sealed, secretsIn } from "./held-credential.js";
import type { SealingKey, SecretKeyFile } from "./secret-key.js";

export type CredentialsDeps = {
  readonly store: CredentialStore;
  readonly key: SecretKeyFile;
  /** Rejects with STORE_UNAVAILABLE where others could not open what is sealed with the key. Default: nobody else is there. */
  readonly assertShared?: (() => Promise<void>) | undefined;
  readonly clock: Clock;
  /** Asks issuers for tokens. */
  readonly dialer: Pick<Dialer, "dial">;
};

/** Of one server. */
const mostCredentials = 8;
/** Characters of all values of one server, so that no server has to refuse the head of a request for its size. */
const mostCharacters = 12_288;

/** How a credential stands, with what may be shown of it. */
export type CredentialState = CredentialFacts & {
  /** Whether it is sent to where the server is now; what else it is says why not. */
  readonly state: Exclude<CredentialStanding["kind"], "none">;
};

/**
 * What the hub proves itself with to servers. Each is for one server and for the origins that it was given for; it is
 * sent nowhere else, also when the server is registered elsewhere later.
 */
export class Credentials implements UpstreamCredentials {
  readonly #deps: CredentialsDeps;
  /** By server, and there by the name of the header in small letters. */
  readonly #held = new Map<string, ReadonlyMap<string, HeldCredential>>();
  /** One change at a time. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(deps: CredentialsDeps) {
    this.#deps = deps;
  }

  /** Loads what the store has, except what is of servers that are no more. */
  static async open(
    deps: CredentialsDeps,
    isKnown: (serverId: string) => boolean,
  ): Promise<Credentials> {
    const credentials = new Credentials(deps);
    for (const row of await deps.store.load()) {
      const { serverId } = row.facts;
      if (isKnown(serverId)) credentials.#keep(serverId, opened(row, deps.key.current, deps));
      else await deps.store.remove(serverId);
    }
    return credentials;
  }

  /** Takes over what other hubs wrote. Rejects with STORE_UNAVAILABLE. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      const rows = await this.#deps.store.load();
      this.#held.clear();
      for (const row of rows)
        this.#keep(row.facts.serverId, opened(row, this.#deps.key.current, this.#deps));
    });
  }

  /** The servers with credentials that the key of the hub does not open. */
  get unreadable(): readonly string[] {
    return [...this.#held].flatMap(([serverId, held]) =>
      [...held.values()].some(({ secret }) => secret === undefined) ? [serverId] : [],
    );
  }

  /** Those of a server, ordered by name. */
  of(entry: Entry): readonly CredentialState[] {
    const origins = originsOf(entry);
    return this.#all(entry.record.id)
      .map((held) => ({ ...held.facts, state: stateAt(held, origins) }))
      .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  }

  /**
   * Keeps a credential in the place of one with the same name. Resolves when it is durable. Errors: INVALID_REQUEST
   * for too many, and for origins where the server is not; STORE_UNAVAILABLE.
   */
  set(entry: Entry, given: CredentialGiven, by: Asker): Promise<CredentialFacts> {
    return this.#inTurn(async () => {
      const { store, key, clock } = this.#deps;
      const serverId = entry.record.id;
      const { origins = originsOf(entry) } = given;
      requirePresent(origins, entry);
      const secret = secretOf(given, entry);
      const name = given.kind === "header" ? given.name : tokenHeader;
      this.#requireRoom(serverId, name, secret);
      const facts: CredentialFacts = {
        serverId,
        name,
        kind: given.kind,
        origins,
        setAt: clock.wall(),
        setBy: by.who.name ?? by.who.id,
        ...(given.kind === "oauth-client" ? { tokenEndpoint: given.tokenEndpoint } : {}),
      };
      const row = sealed(facts, secret, await this.#sealingKey());
      const { kind, tokenEndpoint } = facts;
      const after = { kind, origins: [...origins], ...(tokenEndpoint && { tokenEndpoint }) };
      await store.put([row], this.#line("credential-set", by, serverId, [name], { after }));
      this.#keep(serverId, opened(row, key.current, this.#deps));
      return facts;
    });
  }

  /**
   * From now on all of a server's credentials may be sent to these origins, and to no other. Those that cannot be
   * read stay as they are. Resolves with the names of the others. Errors: as for `set`.
   */
  confirm(entry: Entry, origins: readonly string[], by: Asker): Promise<readonly string[]> {
    return this.#inTurn(async () => {
      const { store, key } = this.#deps;
      requirePresent(origins, entry);
      const { id } = entry.record;
      const moved = this.#all(id).flatMap(({ facts, secret }) =>
        secret === undefined || isSameSet(facts.origins, origins)
          ? []
          : [{ facts: { ...facts, origins }, secret: movedTo(secret, entry) }],
      );
      if (moved.length === 0) return [];
      const sealing = await this.#sealingKey();
      const rows = moved.map(({ facts, secret }) => sealed(facts, secret, sealing));
      const names = rows.map(({ facts }) => facts.name);
      const after = { origins: [...origins] };
      await store.put(rows, this.#line("credential-set", by, id, names, { after }));
      for (const row of rows) this.#keep(entry.record.id, opened(row, key.current, this.#deps));
      return names;
    });
  }

  async #sealingKey(): Promise<SealingKey> {
    // None is made where others have one.
    await this.#deps.assertShared?.();
    return this.#deps.key.obtain();
  }

  /**
   * Forgets one of a server's, or all. Without `by`, it goes with its server. Resolves with the names of what there
   * was. Errors: STORE_UNAVAILABLE.
   */
  remove(serverId: string, name?: string, by?: Asker): Promise<readonly string[]> {
    return this.#inTurn(async () => {
      const held = this.#held.get(serverId);
      const gone = this.#all(serverId).filter(
        ({ facts }) => name === undefined || facts.name.toLowerCase() === name.toLowerCase(),
      );
      const names = gone.map(({ facts }) => facts.name);
      if (held === undefined || names.length === 0) return [];
      const line = by && this.#line("credential-remove", by, serverId, names);
      await this.#deps.store.remove(serverId, names, line);
      const left = [...held].filter(([, one]) => !gone.includes(one));
      if (left.length === 0) this.#held.delete(serverId);
      else this.#held.set(serverId, new Map(left));
      return names;
    });
  }

  headersFor(
    serverId: string,
    url: string,
  ): ReadyHeaders | undefined | Promise<ReadyHeaders | undefined> {
    const held = this.#held.get(serverId);
    // Most servers want nothing.
    if (held === undefined) return undefined;
    const { origin } = new URL(url);
    const headers: string[] = [];
    const awaited: Promise<ReadyHeaders | undefined>[] = [];
    for (const one of held.values()) {
      if (!one.facts.origins.includes(origin)) continue;
      const header = headerOf(one);
      if (header instanceof Promise) awaited.push(header);
      else if (header !== undefined) headers.push(...header);
    }
    if (awaited.length === 0) return headers.length === 0 ? undefined : headers;
    return Promise.all(awaited).then((more) => {
      const all = [...headers, ...more.flatMap((header) => header ?? [])];
      return all.length === 0 ? undefined : all;
    });
  }

  onRefused(serverId: string, headers: ReadyHeaders): void {
    for (const { tokens } of this.#all(serverId)) {
      const token = headers[headers.indexOf(tokenHeader.toLowerCase()) + 1];
      if (token !== undefined) tokens?.refused(token.replace(/^Bearer /, ""));
    }
  }

  /** How the hub stands with what it holds for a server at a URL; of several, the worst. */
  standing(serverId: string, url: string): CredentialStanding {
    const all = this.#all(serverId);
    if (all.length === 0) return { kind: "none" };
    const origins = [new URL(url).origin];
    const inState = (state: CredentialState["state"]) =>
      all.filter((held) => stateAt(held, origins) === state);
    const namesOf = (some: readonly HeldCredential[]) => some.map(({ facts }) => facts.name);
    const unreadable = inState("unreadable");
    if (unreadable.length > 0) return { kind: "unreadable", names: namesOf(unreadable) };
    const moved = inState("moved");
    if (moved.length > 0) {
      const from = [...new Set(moved.flatMap(({ facts }) => facts.origins))];
      return { kind: "moved", names: namesOf(moved), from };
    }
    const [without] = inState("no-token");
    if (without?.tokens?.failure !== undefined)
      return { kind: "no-token", names: namesOf([without]), why: without.tokens.failure };
    return { kind: "sent", names: namesOf(all) };
  }

  /** Everything that must be shown nowhere of what is held for a server. */
  secretsOf(serverId: string): readonly string[] {
    return this.#all(serverId).flatMap(secretsIn);
  }

  #line(
    action: "credential-set" | "credential-remove",
    by: Asker,
    serverId: string,
    names: readonly string[],
    more: Pick<AuditRecord, "after"> = {},
  ): AuditRecord {
    const at = this.#deps.clock.wall();
    return { ...by, at, action, outcome: "done", serverId, subject: names.join(", "), ...more };
  }

  #all(serverId: string): readonly HeldCredential[] {
    const held = this.#held.get(serverId);
    return held === undefined ? [] : [...held.values()];
  }

  #keep(serverId: string, held: HeldCredential): void {
    const before = this.#held.get(serverId) ?? [];
    this.#held.set(serverId, new Map([...before, [held.facts.name.toLowerCase(), held]]));
  }

  #requireRoom(serverId: string, name: string, secret: CredentialSecret): void {
    const others = this.#all(serverId).filter(
      ({ facts }) => facts.name.toLowerCase() !== name.toLowerCase(),
    );
    if (others.length >= mostCredentials)
      throw new HubError(
        "INVALID_REQUEST",
        `The hub keeps at most ${mostCredentials} credentials of one server. Remove one that the server does not need.`,
      );
    const characters = [...others.map((one) => one.secret), secret].reduce(
      (sum, one) => sum + (one?.kind === "header" ? one.value.length : 0),
      0,
    );
    if (characters > mostCharacters)
      throw new HubError(
        "INVALID_REQUEST",
        `The values of one server's credentials may have at most ${mostCharacters} characters together, got ${characters}.`,
      );
  }

  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const changed = this.#last.then(change);
    this.#last = changed.catch(() => {});
    return changed;
  }
}

/** Where a server is: the origins at which its instances were reached, or are registered while they were not. */
export function originsOf({ record, instances }: Entry): readonly string[] {
  const places = instances.map(({ record: { endpoint }, health: { outcome } }) =>
    outcome?.ok === true ? outcome.endpoint : endpoint,
  );
  const all = places.length === 0 ? [record.lastEndpoint] : places;
  return [...new Set(all.map((place) => new URL(place).origin))].sort();
}

/** A secret is given for the place that its giver has seen, and not for where the server went meanwhile. */
function requirePresent(origins: readonly string[], entry: Entry): void {
  const present = originsOf(entry);
  const absent = origins.find((origin) => !present.includes(origin));
  if (absent === undefined) return;
  const detail = `must be origins of "${entry.record.id}", which is at ${present.join(", ")} now, got ${JSON.stringify(absent)}`;
  throw new HubError("INVALID_REQUEST", `origins ${detail}.`, {
    problems: [{ pointer: "/origins", detail }],
  });
}

function secretOf(given: CredentialGiven, entry: Entry): CredentialSecret {
  if (given.kind === "header") return { kind: "header", value: given.value };
  const { origins: _, ...client } = given;
  return { ...client, endpoint: endpointOf(entry) };
}

function movedTo(secret: CredentialSecret, entry: Entry): CredentialSecret {
  return secret.kind === "header" ? secret : { ...secret, endpoint: endpointOf(entry) };
}

function endpointOf({ instances, record }: Entry): string {
  return leadingInstance(instances)?.record.endpoint ?? record.lastEndpoint;
}

function stateAt(
  { facts, secret, tokens }: HeldCredential,
  origins: readonly string[],
): CredentialState["state"] {
  if (secret === undefined) return "unreadable";
  if (!origins.every((origin) => facts.origins.includes(origin))) return "moved";
  return tokens?.failure === undefined ? "sent" : "no-token";
}

const isSameSet = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((one) => others.includes(one));
