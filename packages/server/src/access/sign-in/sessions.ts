import { randomBytes } from "node:crypto";
import { type Clock, HubError } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type { SignInRow, SignInStore } from "@hub/core/storage";
import type { Authenticator, Identified } from "../gate.js";
import type { RequestHead } from "../request-head.js";
import { cookieIn } from "./cookies.js";
import { keyOfCookie, openSignIn, sealSignIn } from "./sealed-sign-in.js";

export type SessionsOptions = {
  readonly clock: Pick<Clock, "wall">;
  /** How long somebody stays signed in at most, in milliseconds. */
  readonly lastsMs: number;
  /** What says, whenever it is asked, who somebody is now: undefined once its token is revoked or has expired. */
  readonly follow: (principal: Principal) => () => Principal | undefined;
  /**
   * What must be as it was at the sign-in for a session to outlive the hub's process, such as the hash of its token;
   * undefined for a principal whose sessions do not. Default: none does.
   */
  readonly bondOf?: ((principalId: string) => string | undefined) | undefined;
  /** Default: sessions end with the process. */
  readonly store?: SignInStore | undefined;
  /** How many there may be; the oldest ends for a further one. Default: 10,000. */
  readonly most?: number | undefined;
  /** How many each may have. Default: 50. */
  readonly mostEach?: number | undefined;
  /** Hears that the store still has a session which is over. Default: nobody. */
  readonly onStoreFailure?: ((error: unknown) => void) | undefined;
};

/** Somebody who is signed in. */
export type SignedIn = {
  readonly principal: Principal;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
};

type Session = {
  /** Of its principal. */
  readonly id: string;
  /** As an earlier process or another hub left it; it opens with the first request that brings its cookie. */
  row?: SignInRow | undefined;
  current?: () => Principal | undefined;
  readonly expiresAt: number;
  /** Whether the store has it. */
  readonly isStored: boolean;
  /** What ends with it. */
  readonly ends: Set<() => void>;
};

/** How often it is looked for sessions whose time is over: what they have open ends within a second. */
const lookEveryMs = 400;

/**
 * Who is signed in at which browser. A session is a cookie that no script can read; the hub keeps only its hash. It
 * ends with the token that it was opened with, after its time, and when its person signs out. A restart of the hub
 * ends only what has no bond.
 */
export class Sessions implements Authenticator {
  /** Nobody can sign in to a hub that has neither tokens nor an issuer. */
  readonly isConfigured = false;
  readonly #options: SessionsOptions;
  readonly #most: number;
  readonly #mostEach: number;
  /** By the hash of the cookie, oldest first. */
  readonly #open = new Map<string, Session>();
  /** What the store has and is over. */
  readonly #over = new Set<string>();
  /** Only while something is open. */
  #looking: NodeJS.Timeout | undefined;
  /** One change at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#most = options.most ?? 10_000;
    this.#mostEach = options.mostEach ?? 50;
  }

  /**
   * With those that an earlier process or another hub left in the store, but for what is over. One without a bond
   * counts for nothing here, and stays until its time is over: another hub may know its token.
   */
  static async load(options: SessionsOptions): Promise<Sessions> {
    const sessions = new Sessions(options);
    const { store, clock } = options;
    const now = clock.wall();
    const over: string[] = [];
    for (const row of (await store?.load()) ?? []) {
      if (row.expiresAt <= now) over.push(row.key);
      else sessions.#keep(row);
    }
    if (over.length > 0) sessions.#forget(over);
    return sessions;
  }

  /**
   * Opens a session, which ends at `until` at the latest. Resolves to the value of its cookie when it is durable.
   * Errors: STORE_UNAVAILABLE.
   */
  open(
    principal: Principal,
    until = Number.POSITIVE_INFINITY,
  ): Promise<SignedIn & { readonly value: string }> {
    return this.#inTurn(async () => {
      const { clock, lastsMs, follow, bondOf, store } = this.#options;
      const expiresAt = Math.min(clock.wall() + lastsMs, until);
      const room = this.#roomFor(principal);
      const value = randomBytes(32).toString("base64url");
      const bond = store === undefined ? undefined : bondOf?.(principal.id);
      if (bond !== undefined) {
        for (const key of room) if (this.#open.get(key)?.isStored === true) this.#over.add(key);
        await this.#write([sealSignIn(value, { principal, bond }, expiresAt)]);
      }
      for (const key of room) this.#close(key);
      this.#open.set(keyOfCookie(value), {
        id: principal.id,
        current: follow(principal),
        expiresAt,
        isStored: bond !== undefined,
        ends: new Set(),
      });
      return { principal, expiresAt, value };
    });
  }

  /**
   * Who is signed in at the browser that a request comes from. A cookie that says nothing, or no longer, is no
   * credential: browsers send it along unasked, and its person needs the page to sign in again.
   */
  authenticate(head: RequestHead, bearer: string | undefined): Identified {
    if (bearer !== undefined) return undefined;
    const found = this.of(head);
    if (found === undefined || !comesFromPage(head)) return undefined;
    return changes(head) && !isOwnOrigin(head) ? notFromPage() : found.principal;
  }

  /** The session of a request; undefined when there is none. */
  of(head: RequestHead): SignedIn | undefined {
    const value = cookieIn(head, "session");
    if (value === undefined || value === "") return undefined;
    const key = keyOfCookie(value);
    const known = this.#open.get(key);
    if (known === undefined) return undefined;
    if (known.row !== undefined) this.#openRow(known, value, known.row);
    // Another hub knows its token; this one may hear of the token later than of the session.
    if (known.row !== undefined) return undefined;
    const { expiresAt, current } = known;
    const principal = expiresAt > this.#options.clock.wall() ? current?.() : undefined;
    if (principal !== undefined) return { principal, expiresAt };
    this.#close(key);
    return undefined;
  }

  /** Nothing ends with the session of a request that brought another credential. */
  whileOpen(head: RequestHead, end: () => void): () => void {
    const value = cookieIn(head, "session");
    if (value === undefined || head.header("authorization") !== undefined) return () => undefined;
    const ends = this.#open.get(keyOfCookie(value))?.ends;
    ends?.add(end);
    if (ends !== undefined) this.#looking ??= setInterval(() => this.#look(), lookEveryMs).unref();
    return () => void ends?.delete(end);
  }

  /** Ends the session of a request, if it has one. Resolves when that is durable. Errors: STORE_UNAVAILABLE. */
  async end(head: RequestHead): Promise<void> {
    const value = cookieIn(head, "session");
    if (value === undefined) return;
    this.#close(keyOfCookie(value));
    // Also when it was closed before, and the store could not write.
    await this.#inTurn(() => this.#write());
  }

  /** Ends the sessions of a principal that may ask no more. */
  endOf(principalId: string): void {
    for (const [key, { id, row, current }] of [...this.#open])
      if (id === principalId && (row === undefined ? current?.() : this.#bond(id)) === undefined)
        this.#close(key);
  }

  /**
   * Takes over what other hubs on the store wrote: who signed in there is signed in here, and who signed out there is
   * signed out. Rejects with STORE_UNAVAILABLE.
   */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      const rows = (await this.#options.store?.load()) ?? [];
      const stored = new Set(rows.map(({ key }) => key));
      for (const [key, { isStored }] of [...this.#open])
        if (isStored && !stored.has(key)) this.#end(key);
      const now = this.#options.clock.wall();
      for (const row of rows)
        if (!this.#open.has(row.key) && !this.#over.has(row.key) && row.expiresAt > now)
          this.#keep(row);
    });
  }

  /** Resolves when the store has all that it will be told. */
  async close(): Promise<void> {
    clearInterval(this.#looking);
    await this.#last;
  }

  #bond(principalId: string): string | undefined {
    return this.#options.bondOf?.(principalId);
  }

  /**
   * Takes over what an earlier process or another hub left; nothing counts of it when its bond is another now. While
   * there is no bond, it stays as it was left.
   */
  #openRow(session: Session, value: string, row: SignInRow): void {
    const bond = this.#bond(session.id);
    if (bond === undefined) return;
    session.row = undefined;
    const signIn = openSignIn(value, row);
    if (signIn?.bond === bond) session.current = this.#options.follow(signIn.principal);
  }

  /** Has one that the store has; it opens with the first request that brings its cookie. */
  #keep(row: SignInRow): void {
    const { key, owner, expiresAt } = row;
    this.#open.set(key, { id: owner, row, expiresAt, isStored: true, ends: new Set() });
  }

  #close(key: string): void {
    if (this.#end(key)?.isStored === true) this.#forget([key]);
  }

  #end(key: string): Session | undefined {
    const session = this.#open.get(key);
    this.#open.delete(key);
    for (const end of [...(session?.ends ?? [])]) end();
    return session;
  }

  /** What is over counts for nothing, whether or not the store still has it. */
  #forget(keys: readonly string[]): void {
    for (const key of keys) this.#over.add(key);
    this.#inTurn(() => this.#write()).catch((error) => this.#options.onStoreFailure?.(error));
  }

  /** Has the store take what is new, and forget what is over. What it could not forget goes with the next write. */
  async #write(put: readonly SignInRow[] = []): Promise<void> {
    const removed = [...this.#over];
    if (put.length === 0 && removed.length === 0) return;
    await this.#options.store?.write({ put, removed });
    for (const key of removed) this.#over.delete(key);
  }

  #look(): void {
    const now = this.#options.clock.wall();
    const watched = [...this.#open].filter(([, { ends }]) => ends.size > 0);
    for (const [key, { expiresAt }] of watched) if (expiresAt <= now) this.#close(key);
    if (watched.length > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  /** The sessions that have to end for a further one: those that are over, and the oldest where there are too many. */
  #roomFor({ id }: Principal): readonly string[] {
    const now = this.#options.clock.wall();
    const isOver = ([, { expiresAt }]: [string, Session]) => expiresAt <= now;
    const over = [...this.#open].filter(isOver).map(([key]) => key);
    const left = [...this.#open].filter((one) => !isOver(one));
    const own = left.filter(([, session]) => session.id === id);
    const [oldest] = own.length >= this.#mostEach ? own : left;
    const isFull = own.length >= this.#mostEach || left.length >= this.#most;
    return oldest !== undefined && isFull ? [...over, oldest[0]] : over;
  }

  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const changed = this.#last.then(change);
    this.#last = changed.catch(() => {});
    return changed;
  }
}

/** Whether a browser that says where a request comes from says that it is the hub's own page, or the person. */
function comesFromPage(head: RequestHead): boolean {
  const site = head.header("sec-fetch-site");
  return site === undefined || site === "same-origin" || site === "none";
}

const changes = ({ method }: RequestHead) => method !== "GET" && method !== "HEAD";

/** Whether a page of this very origin sent it. An origin that may call the hub otherwise may not act for a person. */
function isOwnOrigin(head: RequestHead): boolean {
  const origin = head.header("origin");
  if (origin === undefined || !URL.canParse(origin)) return false;
  return origin === head.publicUrl || new URL(origin).host === head.header("host")?.toLowerCase();
}

const notFromPage = () =>
  new HubError(
    "ORIGIN_REFUSED",
    "Only the hub's own page may change something for who is signed in. Programs send a token: `Authorization: Bearer <token>`.",
  );
