import { timingSafeEqual } from "node:crypto";
import type { Clock } from "@hub/core";
import {
  openPrincipal,
  type Principal,
  policyOf,
  type TokenInput,
  type TokenRecord,
} from "@hub/core/access";
import { jsonOf } from "@hub/core/json";
import type { Asker, AuditRecord, TokenStore } from "@hub/core/storage";
import type { Authenticator, Identified } from "../gate.js";
import { Recent } from "../recent.js";
import { invalidCredential, unauthenticated } from "../refusals.js";
import type { RequestHead } from "../request-head.js";
import { tokenMark } from "../token-mark.js";
import { isExpired, isSameToken, type KnownToken, knownToken } from "./known-token.js";
import {
  alreadyExpired,
  firstMustAdminister,
  isInFile,
  lastAdmin,
  tokenNotFound,
  tooManyTokens,
} from "./token-errors.js";
import { hashOf, idInToken, newToken } from "./token-format.js";

export type TokensOptions = {
  readonly store: TokenStore;
  readonly clock: Pick<Clock, "wall">;
  /** How many the store may hold. Default: 1,000. */
  readonly most?: number | undefined;
  /** What is done with whatever a caller sends, known or not; a test counts it. Default: Node's. */
  readonly hash?: ((token: string) => Buffer) | undefined;
  readonly isEqual?: ((one: Buffer, other: Buffer) => boolean) | undefined;
};

/** A token that was just made: the only time that the hub has what its holder sends. */
export type MadeToken = { readonly known: KnownToken; readonly token: string };

/** A token of the file, as it was and as it is; it came or went when there is only one of the two. */
export type FileChange = {
  readonly id: string;
  readonly before: TokenRecord | undefined;
  readonly after: TokenRecord | undefined;
};

/** The ids of principals that are tokens begin so. */
const idMark = "token:";
/** How often expired tokens are looked for: what they have open ends within a second. */
const lookEveryMs = 400;

const mostRecent = 1_000;
const recentForMs = 60_000;

/** Compared with what names no token, so that this takes what a wrong secret takes. Nothing has this hash. */
const noHash = Buffer.alloc(32);

/**
 * The tokens of the hub: those in its store, which admins make and revoke, and those in a file, which only its
 * writer changes. Knows all of them in memory, by their ids.
 */
export class Tokens implements Authenticator {
  readonly #store: TokenStore;
  readonly #clock: Pick<Clock, "wall">;
  readonly #most: number;
  readonly #hash: (token: string) => Buffer;
  readonly #isEqual: (one: Buffer, other: Buffer) => boolean;
  readonly #lastUsed = new Map<string, number>();
  readonly #listeners = new Set<(principalId: string) => void>();
  /** Those that were right lately: a caller sends the same with each call. */
  readonly #recent = new Recent<KnownToken>({ most: mostRecent, forMs: recentForMs });
  /** The tokens that have expired and were told of. */
  readonly #expired = new WeakSet<KnownToken>();
  #watching: NodeJS.Timeout | undefined;
  #stored: ReadonlyMap<string, KnownToken> = new Map();
  #inFile: ReadonlyMap<string, KnownToken> | undefined;
  #wasConfigured = false;
  /** The end of the queue of changes. It never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: TokensOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#most = options.most ?? 1_000;
    this.#hash = options.hash ?? hashOf;
    this.#isEqual = options.isEqual ?? timingSafeEqual;
  }

  static async open(options: TokensOptions): Promise<Tokens> {
    const tokens = new Tokens(options);
    const stored = await options.store.load();
    tokens.#stored = new Map(stored.map((record) => [record.id, knownToken(record, "store")]));
    return tokens;
  }

  /** From now on tells of tokens that expire. */
  watch(): void {
    this.#watching ??= setInterval(() => this.#lookForExpired(), lookEveryMs).unref();
  }

  close(): void {
    clearInterval(this.#watching);
  }

  /**
   * Whether there was a token since the hub started, also one that has expired, or a file of them: what is revoked
   * opens no hub that runs.
   */
  get isConfigured(): boolean {
    this.#wasConfigured ||= this.#stored.size > 0 || this.#inFile !== undefined;
    return this.#wasConfigured;
  }

  /** All of them, oldest first. */
  list(): readonly KnownToken[] {
    return [...(this.#inFile?.values() ?? []), ...this.#stored.values()].sort(
      (one, other) => one.record.createdAt - other.record.createdAt,
    );
  }

  /** When a token was accepted last since the hub started, in milliseconds since 1970. */
  lastUsedAt(id: string): number | undefined {
    return this.#lastUsed.get(id);
  }

  /** The token that a principal is, while it is known. */
  ofPrincipal({ id }: Pick<Principal, "id">): KnownToken | undefined {
    return id.startsWith(idMark) ? this.#find(id.slice(idMark.length)) : undefined;
  }

  /**
   * What says, whenever it is asked, who somebody is now: undefined once its token is revoked, has expired or is
   * another under the same id. Who is no token of these stays who it is.
   */
  follow(principal: Principal): () => Principal | undefined {
    const followed = this.ofPrincipal(principal);
    if (followed === undefined) return () => principal;
    return () => {
      const known = this.ofPrincipal(principal);
      return known?.record.sha256 !== followed.record.sha256 ||
        isExpired(known.record, this.#clock.wall())
        ? undefined
        : known.principal;
    };
  }

  /**
   * One look-up, one hash and one comparison for whatever begins as a token does, so that the time it takes tells
   * nothing of which ids there are. Only who sends the whole of one that was right lately is let in sooner.
   */
  authenticate(_head: RequestHead, bearer: string | undefined): Identified {
    if (bearer?.startsWith(tokenMark) !== true) return undefined;
    const now = this.#clock.wall();
    const recent = this.#recent.get(bearer, now);
    // Whether it was revoked or replaced is asked each time.
    if (recent !== undefined && this.#find(recent.record.id) === recent)
      return this.#accepted(recent, now);
    const known = this.#find(idInToken(bearer) ?? "");
    const isRight = this.#isEqual(this.#hash(bearer), known?.hash ?? noHash);
    if (known === undefined || !isRight)
      return invalidCredential("This token is not valid: it is unknown or was revoked.");
    this.#recent.set(bearer, known, now);
    return this.#accepted(known, now);
  }

  /**
   * Makes a token. Resolves when it is durable. Errors: INVALID_REQUEST when it is to be the first way in and is
   * no admin's (`isFirst`), UNAUTHENTICATED when another became that meanwhile, REGISTRY_FULL, STORE_UNAVAILABLE.
   */
  create(input: TokenInput, by: Asker, isFirst: boolean): Promise<MadeToken> {
    return this.#change(async () => {
      // Another hub may have closed both a moment ago.
      if (isFirst) await this.#read();
      if (isFirst && this.isConfigured) throw unauthenticated();
      if (isFirst && !policyOf(input).mayWithAll("admin")) throw firstMustAdminister();
      if (this.#stored.size >= this.#most) throw tooManyTokens(this.#most);
      const createdAt = this.#clock.wall();
      const expiresAt = input.expiresAt === undefined ? undefined : Date.parse(input.expiresAt);
      if (expiresAt !== undefined && expiresAt <= createdAt) throw alreadyExpired();
      for (;;) {
        const { id, token } = newToken();
        const record: TokenRecord = {
          id,
          name: input.name,
          sha256: hashOf(token).toString("hex"),
          grants: input.grants,
          createdAt,
          createdBy: by.who.id,
          ...(expiresAt === undefined ? {} : { expiresAt }),
        };
        // The id of one in the file would shadow it.
        if (
          this.#find(id) !== undefined ||
          !(await this.#store.add(record, this.#line("token-create", by, record)))
        )
          continue;
        const known = knownToken(record, "store");
        const isFirstEver = !this.isConfigured;
        this.#stored = new Map([...this.#stored, [id, known]]);
        // Whoever said nothing of who it is may do nothing from now on.
        if (isFirstEver) this.#tell(openPrincipal);
        return { known, token };
      }
    });
  }

  /**
   * Revokes a token of the store, and says so to those who listen. Resolves when that is durable. Errors:
   * TOKEN_NOT_FOUND; INVALID_REQUEST for one in the file, and for the last that may administer the hub unless
   * `mayBeLast`; STORE_UNAVAILABLE.
   */
  revoke(id: string, mayBeLast: boolean, by: Asker): Promise<void> {
    return this.#change(async () => {
      if (this.#inFile?.has(id) === true) throw isInFile(id);
      const known = this.#stored.get(id);
      if (known === undefined) throw tokenNotFound(id);
      // By what the store holds then: another hub may revoke at the same moment.
      const judge = (left: readonly TokenRecord[]) => {
        if (this.#isLastAdmin(known.record, left)) throw lastAdmin();
      };
      const line = this.#line("token-revoke", by, known.record);
      await this.#store.remove(id, line, mayBeLast ? undefined : judge);
      this.#forget(known);
    });
  }

  /** Takes over what other hubs wrote, and tells of tokens that went. Rejects with STORE_UNAVAILABLE. */
  reload(): Promise<void> {
    return this.#change(() => this.#read());
  }

  /** Takes these in place of those that the file held before, and says which are others now. */
  takeFile(records: readonly TokenRecord[]): readonly FileChange[] {
    const before = this.#inFile ?? new Map<string, KnownToken>();
    const after = sameOrNew(records, before, "file");
    this.#inFile = after;
    const changes = [...new Set([...before.keys(), ...after.keys()])]
      .map((id) => ({ id, before: before.get(id)?.record, after: after.get(id)?.record }))
      .filter(({ id }) => before.get(id) !== after.get(id));
    for (const { id } of changes) {
      const known = before.get(id);
      if (known !== undefined) this.#tell(known.principal);
    }
    return changes;
  }

  /** Also tells of whoever asks an open hub, when the first token closes it. */
  onGone(listener: (principalId: string) => void): void {
    this.#listeners.add(listener);
  }

  isGone(principal: Principal): boolean {
    if (!principal.id.startsWith(idMark)) return false;
    const known = this.ofPrincipal(principal);
    return known?.principal !== principal || isExpired(known.record, this.#clock.wall());
  }

  async #read(): Promise<void> {
    const records = await this.#store.load();
    const before = this.#stored;
    const wasConfigured = this.isConfigured;
    this.#stored = sameOrNew(records, before, "store");
    if (!wasConfigured && this.isConfigured) this.#tell(openPrincipal);
    this.#tellReplaced(before, this.#stored);
  }

  #accepted({ record, principal }: KnownToken, now: number): Identified {
    if (isExpired(record, now))
      return invalidCredential("This token has expired. Ask an admin of the hub for a new one.");
    this.#lastUsed.set(record.id, now);
    return principal;
  }

  #lookForExpired(): void {
    const now = this.#clock.wall();
    this.#recent.age(now);
    for (const known of [...(this.#inFile?.values() ?? []), ...this.#stored.values()]) {
      if (!isExpired(known.record, now) || this.#expired.has(known)) continue;
      this.#expired.add(known);
      this.#tell(known.principal);
    }
  }

  #find(id: string): KnownToken | undefined {
    return this.#inFile?.get(id) ?? this.#stored.get(id);
  }

  /** Whether nobody could administer the hub with what is left in the store, and with the file. */
  #isLastAdmin(token: TokenRecord, left: readonly TokenRecord[]): boolean {
    const now = this.#clock.wall();
    const administers = (one: TokenRecord) =>
      policyOf(one).mayWithAll("admin") && !isExpired(one, now);
    const inFile = [...(this.#inFile?.values() ?? [])].map(({ record }) => record);
    return administers(token) && ![...inFile, ...left].some(administers);
  }

  #line(
    action: "token-create" | "token-revoke",
    by: Asker,
    { id, name, grants, expiresAt }: TokenRecord,
  ): AuditRecord {
    const token = jsonOf({ name, grants, expiresAt });
    return {
      ...by,
      at: this.#clock.wall(),
      action,
      outcome: "done",
      subject: id,
      ...(action === "token-create" ? { after: token } : { before: token }),
    };
  }

  #forget(known: KnownToken): void {
    this.#stored = new Map([...this.#stored].filter(([, one]) => one !== known));
    this.#lastUsed.delete(known.record.id);
    this.#tell(known.principal);
  }

  #tellReplaced(
    before: ReadonlyMap<string, KnownToken>,
    now: ReadonlyMap<string, KnownToken>,
  ): void {
    for (const [id, known] of before) if (now.get(id) !== known) this.#tell(known.principal);
  }

  #tell({ id }: Principal): void {
    for (const listener of this.#listeners) listener(id);
  }

  #change<Result>(change: () => Promise<Result>): Promise<Result> {
    const changed = this.#last.then(change);
    this.#last = changed.catch(() => {});
    return changed;
  }
}

/** Whoever is as before stays the same object, so that what it has open goes on. */
function sameOrNew(
  records: readonly TokenRecord[],
  before: ReadonlyMap<string, KnownToken>,
  from: "store" | "file",
): ReadonlyMap<string, KnownToken> {
  return new Map(
    records.map((record) => {
      const now = knownToken(record, from);
      const held = before.get(record.id);
      return [record.id, held !== undefined && isSameToken(now, held) ? held : now];
    }),
  );
}
