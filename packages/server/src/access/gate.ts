import { HubError } from "@hub/core";
import { nobody, openPrincipal, type Principal } from "@hub/core/access";
import type { Guesses } from "./guesses.js";
import { challengeOf, invalidCredential, unauthenticated } from "./refusals.js";
import type { RequestHead } from "./request-head.js";
import { tokenMark } from "./token-mark.js";

/** Who it is; why it is refused; undefined when what it brought is for another authenticator, or nothing. */
export type Identified = Principal | HubError | undefined;

/** Knows one kind of credential. */
export interface Authenticator {
  /**
   * Whether there is any credential that it could accept, also one that has expired. While there is none for any
   * authenticator, everybody may do all. May change.
   */
  readonly isConfigured: boolean;
  /**
   * Judges what a request brought. `bearer` is its bearer token; a session is in `head`. Refuses only what is of
   * its own kind, with a HubError such as `invalidCredential` makes.
   */
  authenticate(head: RequestHead, bearer: string | undefined): Identified | Promise<Identified>;
  /**
   * Calls `listener` with the id of each principal whose credential ends, within a second of that, so that what it
   * has open ends too. Default: what is open stays open.
   */
  onGone?(listener: (principalId: string) => void): void;
  /** Whether a principal that it let in has gone meanwhile. Default: false. */
  isGone?(principal: Principal): boolean;
  /**
   * Calls `end` when what a request brought ends before its principal does, such as a session, within a second of
   * that. Returns how to stop that. Default: nothing does.
   */
  whileOpen?(head: RequestHead, end: () => void): () => void;
}

export type GateOptions = {
  /** Asked in this order, until one knows what was brought. Default: none. */
  readonly authenticators?: readonly Authenticator[] | undefined;
  /** What every challenge says beyond RFC 6750, such as `resource_metadata`. Default: nothing. */
  readonly challengeParameters?:
    | ((head: RequestHead) => Readonly<Record<string, string>>)
    | undefined;
  /** Tells who tries credentials to wait. Default: nobody is told. */
  readonly guesses?: Guesses | undefined;
  /** The hub is reached by other machines, and so is never open. Default: false. */
  readonly isNetwork?: boolean | undefined;
};

const bearerPattern = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/**
 * Says who is asking, for every request of every interface, before anything else is done for it. What was brought
 * and is not valid is refused, and never taken for nothing.
 */
export class Gate {
  readonly #authenticators: readonly Authenticator[];
  readonly #challengeParameters: (head: RequestHead) => Readonly<Record<string, string>>;
  readonly #isNetwork: boolean;
  readonly #goneListeners = new Set<(principalId: string) => void>();
  /** What ends when its principal goes, by the principal's id. */
  readonly #open = new Map<string, Set<() => void>>();
  readonly #guesses: Guesses | undefined;

  constructor({ authenticators, challengeParameters, isNetwork, guesses }: GateOptions = {}) {
    this.#guesses = guesses;
    this.#authenticators = authenticators ?? [];
    this.#challengeParameters = challengeParameters ?? (() => ({}));
    this.#isNetwork = isNetwork ?? false;
    for (const authenticator of this.#authenticators)
      authenticator.onGone?.((principalId) => this.#tellGone(principalId));
  }

  /** Whether everybody may do all, because the hub has neither tokens nor an issuer. */
  get isOpen(): boolean {
    return !this.#isNetwork && !this.#authenticators.some((one) => one.isConfigured);
  }

  /** Whether there are credentials besides those of one authenticator. */
  isConfiguredBeside(authenticator: Authenticator): boolean {
    return this.#authenticators.some((one) => one !== authenticator && one.isConfigured);
  }

  /** Who is asking, or why it is refused. At once wherever nothing has to be fetched. */
  identify(head: RequestHead): Principal | HubError | Promise<Principal | HubError> {
    if (hasTokenInQuery(head.target)) return tokenInQuery();
    const authorization = head.header("authorization");
    const bearer = authorization === undefined ? undefined : bearerPattern.exec(authorization)?.[1];
    if (this.isOpen) return bearer?.startsWith(tokenMark) === true ? noTokens() : openPrincipal;
    if (authorization !== undefined && bearer === undefined) return malformed();
    if (bearer === undefined) return this.#ask(0, head, bearer);
    const asked = this.#ask(0, head, bearer);
    return asked instanceof Promise
      ? asked.then((identified) => this.#noted(identified, head))
      : this.#noted(asked, head);
  }

  /**
   * Whose id a lease is bound to: on a network that of who got it, because lease ids stand in paths, which proxies
   * write to their logs. Undefined on this machine, where whoever knows a living lease may use it. Throws
   * UNAUTHENTICATED for nobody.
   */
  leaseOwner(principal: Principal): string | undefined {
    if (!this.#isNetwork) return undefined;
    if (principal.kind === "anonymous") throw unauthenticated();
    return principal.id;
  }

  /** The value of `WWW-Authenticate` for an error; undefined for one that no credential would change. */
  challenge(error: HubError, head: RequestHead): string | undefined {
    return challengeOf(error, this.#challengeParameters(head));
  }

  /** Calls `listener` with the id of each principal that may ask no more. */
  onGone(listener: (principalId: string) => void): void {
    this.#goneListeners.add(listener);
  }

  /**
   * Calls `end` when a principal may ask no more, or when the session ends that it asked with; now, when it went
   * while its request was under way. Returns how to say that there is nothing to end any more.
   */
  whileKnown(principal: Principal, head: RequestHead, end: () => void): () => void {
    const isGone = this.#authenticators.some((one) => one.isGone?.(principal) === true);
    if (isGone || (principal === openPrincipal && !this.isOpen)) {
      end();
      return () => undefined;
    }
    const own = this.#open.get(principal.id) ?? new Set();
    this.#open.set(principal.id, own.add(end));
    const unbind = this.whileOpen(head, end);
    return () => {
      unbind();
      own.delete(end);
      if (own.size === 0 && this.#open.get(principal.id) === own) this.#open.delete(principal.id);
    };
  }

  /** Calls `end` when the session ends that a request came with. Returns how to stop that. */
  whileOpen(head: RequestHead, end: () => void): () => void {
    const unbinds = this.#authenticators.map((one) => one.whileOpen?.(head, end));
    return () => {
      for (const unbind of unbinds) unbind?.();
    };
  }

  #tellGone(principalId: string): void {
    for (const end of [...(this.#open.get(principalId) ?? [])]) end();
    for (const listener of this.#goneListeners) listener(principalId);
  }

  /** Takes note of what became of a credential. */
  #noted(identified: Principal | HubError, head: RequestHead): Principal | HubError {
    if (!HubError.is(identified) || identified.code !== "UNAUTHENTICATED") return identified;
    return this.#guesses?.failed(head.address) ?? identified;
  }

  #ask(
    from: number,
    head: RequestHead,
    bearer: string | undefined,
  ): Principal | HubError | Promise<Principal | HubError> {
    for (let index = from; index < this.#authenticators.length; index += 1) {
      const said = this.#authenticators[index]?.authenticate(head, bearer);
      if (said instanceof Promise)
        return said.then((identified) => identified ?? this.#ask(index + 1, head, bearer));
      if (said !== undefined) return said;
    }
    return bearer === undefined ? nobody : unknownToken();
  }
}

/** Addresses end up in logs and histories, so no token in one is ever valid. */
function hasTokenInQuery(target: string): boolean {
  const mark = target.indexOf("?");
  const query = mark === -1 ? "" : target.slice(mark + 1);
  // Most queries need no closer look.
  if (!query.includes("access_token") && !query.includes("%")) return false;
  return new URLSearchParams(query).has("access_token");
}

const tokenInQuery = () =>
  invalidCredential(
    "A token must not stand in a URL, where logs and histories keep it. Revoke it, and send a new one as `Authorization: Bearer <token>`.",
  );

const malformed = () =>
  invalidCredential("Expected one header `Authorization: Bearer <token>`, and no other scheme.");

const unknownToken = () => invalidCredential("This token is not valid: it is unknown or revoked.");

const noTokens = () => invalidCredential("This hub has no tokens; unset MCP_HUB_TOKEN.");
