import { hash, randomBytes } from "node:crypto";
import { type Clock, HubError } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type { Authenticator, Identified } from "../gate.js";
import type { RequestHead } from "../request-head.js";
import { cookieIn } from "./cookies.js";

export type SessionsOptions = {
  readonly clock: Pick<Clock, "wall">;
  /** How long somebody stays signed in at most, in milliseconds. */
  readonly lastsMs: number;
  /** What says, whenever it is asked, who somebody is now: undefined once its token is revoked or has expired. */
  readonly follow: (principal: Principal) => () => Principal | undefined;
  /** How many there may be; the oldest ends for a further one. Default: 10,000. */
  readonly most?: number | undefined;
  /** How many each may have. Default: 50. */
  readonly mostEach?: number | undefined;
};

/** Somebody who is signed in. */
export type SignedIn = {
  readonly principal: Principal;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
};

type Session = {
  readonly id: string;
  readonly current: () => Principal | undefined;
  readonly expiresAt: number;
  /** What ends with it. */
  readonly ends: Set<() => void>;
};

/** How often it is looked for sessions whose time is over: what they have open ends within a second. */
const lookEveryMs = 400;

const keyOf = (value: string) => hash("sha256", value, "base64");

/**
 * Who is signed in at which browser. A session is a cookie that no script can read; the hub keeps only its hash. It
 * ends with the token that it was opened with, after its time, when its person signs out, and with the hub.
 */
export class Sessions implements Authenticator {
  /** Nobody can sign in to a hub that has neither tokens nor an issuer. */
  readonly isConfigured = false;
  readonly #options: SessionsOptions;
  readonly #most: number;
  readonly #mostEach: number;
  /** By the hash of the cookie, oldest first. */
  readonly #open = new Map<string, Session>();
  /** Only while something is open. */
  #looking: NodeJS.Timeout | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#most = options.most ?? 10_000;
    this.#mostEach = options.mostEach ?? 50;
  }

  /** Opens a session, which ends at `until` at the latest. Resolves to the value of its cookie. */
  open(
    principal: Principal,
    until = Number.POSITIVE_INFINITY,
  ): SignedIn & { readonly value: string } {
    const { clock, lastsMs, follow } = this.#options;
    const expiresAt = Math.min(clock.wall() + lastsMs, until);
    this.#makeRoom(principal);
    const value = randomBytes(32).toString("base64url");
    const current = follow(principal);
    this.#open.set(keyOf(value), { id: principal.id, current, expiresAt, ends: new Set() });
    return { principal, expiresAt, value };
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
    const key = keyOf(value);
    const known = this.#open.get(key);
    if (known === undefined) return undefined;
    const { expiresAt, current } = known;
    const principal = expiresAt > this.#options.clock.wall() ? current() : undefined;
    if (principal !== undefined) return { principal, expiresAt };
    this.#close(key);
    return undefined;
  }

  /** Nothing ends with the session of a request that brought another credential. */
  whileOpen(head: RequestHead, end: () => void): () => void {
    const value = cookieIn(head, "session");
    if (value === undefined || head.header("authorization") !== undefined) return () => undefined;
    const ends = this.#open.get(keyOf(value))?.ends;
    ends?.add(end);
    if (ends !== undefined) this.#looking ??= setInterval(() => this.#look(), lookEveryMs).unref();
    return () => void ends?.delete(end);
  }

  /** Ends the session of a request, if it has one. */
  end(head: RequestHead): void {
    const value = cookieIn(head, "session");
    if (value !== undefined) this.#close(keyOf(value));
  }

  #close(key: string): void {
    const session = this.#open.get(key);
    this.#open.delete(key);
    for (const end of [...(session?.ends ?? [])]) end();
  }

  #look(): void {
    const now = this.#options.clock.wall();
    const watched = [...this.#open].filter(([, { ends }]) => ends.size > 0);
    for (const [key, { expiresAt }] of watched) if (expiresAt <= now) this.#close(key);
    if (watched.length > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  #makeRoom({ id }: Principal): void {
    const own = [...this.#open].filter(([, session]) => session.id === id);
    const [oldest] = own.length >= this.#mostEach ? own.map(([key]) => key) : this.#open.keys();
    if (oldest !== undefined && (own.length >= this.#mostEach || this.#open.size >= this.#most))
      this.#close(oldest);
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
