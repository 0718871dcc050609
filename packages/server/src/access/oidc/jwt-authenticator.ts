import { hash } from "node:crypto";
import { type Clock, HubError } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type { Log } from "../../log.js";
import type { Authenticator, Identified } from "../gate.js";
import { Recent } from "../recent.js";
import { invalidCredential } from "../refusals.js";
import type { RequestHead } from "../request-head.js";
import { type GoodAt, goodAt, isGoodFor } from "./audiences.js";
import { Ends } from "./ends.js";
import type { Issuer } from "./issuer.js";
import type { Jose } from "./key-set.js";
import type { Principals } from "./principals.js";
import { clockSkewMs, tokenExpired, tokenInvalid, verifyToken } from "./verify.js";

export type JwtAuthenticatorOptions = {
  readonly issuers: readonly Issuer[];
  readonly principals: Principals;
  /** The URLs that the hub has. May change until it listens. */
  readonly bases: () => readonly string[];
  readonly clock: Pick<Clock, "wall">;
  readonly jose: () => Promise<Jose>;
  readonly log: Pick<Log, "info" | "warn">;
  /** Tokens whose verification is remembered. Default: 10,000. */
  readonly most?: number | undefined;
};

type Verified = {
  readonly principal: Principal;
  readonly goodAt: GoodAt;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
};

/** Three parts of base64url, of which the signature may be missing: such a token is refused, not overlooked. */
const shape = /^[\w-]+\.[\w-]+\.[\w-]*$/;
const longest = 12_288;
const mostRecent = 100;
const recentForMs = 60_000;

/**
 * Knows the tokens that the configured issuers sign. One that was verified costs one hash and one look-up until it
 * expires, or until the keys of its issuer change.
 */
export class JwtAuthenticator implements Authenticator {
  readonly isConfigured = true;
  readonly #issuers: ReadonlyMap<string, Issuer>;
  readonly #options: JwtAuthenticatorOptions;
  readonly #most: number;
  /** By the token's hash. */
  readonly #verified = new Map<string, Verified>();
  /** By the token itself, which is long to hash. */
  readonly #recent = new Recent<Verified>({ most: mostRecent, forMs: recentForMs });
  readonly #ends: Ends;
  /** Issuers that could not be asked, so that the log says it once. */
  readonly #unreachable = new Set<Issuer>();
  /** Grows whenever keys change, for tokens that are being verified meanwhile. */
  #keysSeen = 0;

  constructor(options: JwtAuthenticatorOptions) {
    this.#options = options;
    this.#most = options.most ?? 10_000;
    this.#ends = new Ends(() => options.clock.wall());
    this.#issuers = new Map(options.issuers.map((issuer) => [issuer.settings.issuer, issuer]));
  }

  authenticate(head: RequestHead, bearer: string | undefined): Identified | Promise<Identified> {
    if (bearer === undefined) return undefined;
    const now = this.#options.clock.wall();
    const recent = this.#recent.get(bearer, now);
    if (recent !== undefined && recent.expiresAt > now) return this.#judged(recent, head);
    if (!shape.test(bearer)) return undefined;
    if (bearer.length > longest)
      return invalidCredential(`A token may have at most ${longest} characters.`);
    const key = hash("sha256", bearer, "base64");
    const known = this.#verified.get(key);
    if (known === undefined) return this.#verify(head, bearer, key);
    if (known.expiresAt <= now) {
      this.#verified.delete(key);
      return tokenExpired();
    }
    this.#recent.set(bearer, known, now);
    return this.#judged(known, head);
  }

  onGone(listener: (principalId: string) => void): void {
    this.#ends.onEnd(listener);
  }

  isGone({ id }: Principal): boolean {
    return this.#ends.isOver(id);
  }

  close(): void {
    this.#ends.close();
  }

  /** Forgets what was verified by keys that may be gone. */
  keysChanged(issuer: Issuer): void {
    this.#keysSeen += 1;
    this.#verified.clear();
    this.#recent.clear();
    if (this.#unreachable.delete(issuer))
      this.#options.log.info("issuer-reached", { issuer: issuer.settings.issuer });
  }

  async #verify(head: RequestHead, bearer: string, key: string): Promise<Identified> {
    const { jose, clock, principals, bases } = this.#options;
    const keysSeen = this.#keysSeen;
    try {
      const verified = await verifyToken(bearer, this.#issuers, {
        jose: await jose(),
        now: clock.wall(),
        onUnreachable: (issuer, error) => this.tellUnreachable(issuer, error),
      });
      if (verified === undefined) return undefined;
      const { issuer, claims } = verified;
      const good = goodAt([claims.aud].flat(), bases(), issuer.settings.audiences ?? []);
      if (good === undefined) return wrongAudience();
      const made: Verified = {
        principal: principals.ofToken(issuer.settings.issuer, claims),
        goodAt: good,
        expiresAt: claims.exp * 1_000 + clockSkewMs,
      };
      this.#ends.extend(made.principal.id, made.expiresAt);
      if (keysSeen === this.#keysSeen) this.#remember(key, made);
      return this.#judged(made, head);
    } catch (error) {
      if (HubError.is(error)) return error;
      // What is no JSON inside, or no text at all, is no error of jose's own.
      if (error instanceof SyntaxError || error instanceof TypeError) return tokenInvalid();
      throw error;
    }
  }

  #judged({ goodAt: good, principal }: Verified, head: RequestHead): Identified {
    return isGoodFor(good, head) ? principal : wrongAudience();
  }

  /** Those that were verified longest ago make room. */
  #remember(key: string, verified: Verified): void {
    if (this.#verified.size >= this.#most) {
      const [oldest] = this.#verified.keys();
      if (oldest !== undefined) this.#verified.delete(oldest);
    }
    this.#verified.set(key, verified);
  }

  /** Says it in the log, once until the issuer answers again. */
  tellUnreachable(issuer: Issuer, error: unknown): void {
    if (this.#unreachable.has(issuer)) return;
    this.#unreachable.add(issuer);
    this.#options.log.warn("issuer-unreachable", {
      issuer: issuer.settings.issuer,
      error: reasonOf(error),
      fix: "Check MCP_HUB_OIDC_ISSUER (or the file of MCP_HUB_WORKLOADS_FILE), and that the hub can reach the issuer. The hub runs meanwhile, asks again by itself, and takes its own tokens.",
    });
  }
}

/** In one line: what `fetch` says of a failure stands in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause, message } = error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

const wrongAudience = () =>
  invalidCredential(
    "This token is for another audience. Ask its issuer for one for this endpoint, whose metadata names the resource.",
  );
