import type { Clock } from "@hub/core";
import type { CredentialSecret } from "@hub/core/upstream";
import { createDeadline, DialError, type Dialer } from "@hub/dial";

/** What is needed to get tokens for one server from its issuer. */
export type OAuthClient = Extract<CredentialSecret, { readonly kind: "oauth-client" }>;

export type ClientTokensDeps = {
  /** Rules for addresses hold for issuers as for servers. */
  readonly dialer: Pick<Dialer, "dial">;
  readonly clock: Clock;
};

const fetchMs = 10_000;
const mostAnswerBytes = 64 * 1_024;
const longestToken = 8_192;
/** For tokens of which their issuer does not say how long they live. */
const usualLifeMs = 300_000;
const longestLifeMs = 24 * 3_600_000;
/** A token is not used in the last part of its life, which it may spend on the way. */
const marginMs = 30_000;
/** An issuer that gave none is asked again this much later, and each time twice as late. */
const firstPauseMs = 2_000;
const longestPauseMs = 60_000;
/** A token that is refused sooner after it was given out would not be better anew. */
const leastLifeMs = 30_000;

/** Errors of RFC 6749 and RFC 8707. Others are not repeated: they are the issuer's text. */
const knownErrors: ReadonlySet<unknown> = new Set([
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_scope",
  "invalid_target",
  "temporarily_unavailable",
]);

type Token = { readonly value: string; readonly fetchedAt: number; readonly usableUntil: number };

/** Tokens of one OAuth client (client credentials, RFC 6749 section 4.4): fetched once, however many wait for one. */
export class ClientTokens {
  readonly #client: OAuthClient;
  readonly #deps: ClientTokensDeps;
  #token: Token | undefined;
  #fetching: Promise<string | undefined> | undefined;
  #failures = 0;
  #failure: { readonly why: string; readonly retryAt: number } | undefined;

  constructor(client: OAuthClient, deps: ClientTokensDeps) {
    this.#client = client;
    this.#deps = deps;
  }

  /** Half a sentence: why there is none. Undefined while there is no reason to think so. */
  get failure(): string | undefined {
    return this.#failure?.why;
  }

  /** The last one, also when it is over. Undefined as long as there was none. */
  get last(): string | undefined {
    return this.#token?.value;
  }

  /** A token that can be used; at once when there is one. Undefined when the issuer gives none. */
  current(): string | undefined | Promise<string | undefined> {
    const now = this.#deps.clock.monotonic();
    if (this.#token !== undefined && now < this.#token.usableUntil) return this.#token.value;
    if (this.#fetching !== undefined) return this.#fetching;
    if (this.#failure !== undefined && now < this.#failure.retryAt) return undefined;
    this.#fetching = this.#obtain().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  /** A server refused a token: it is not used again, unless it is quite new. */
  refused(value: string): void {
    const token = this.#token;
    if (token?.value !== value) return;
    if (this.#deps.clock.monotonic() - token.fetchedAt >= leastLifeMs)
      this.#token = { ...token, usableUntil: Number.NEGATIVE_INFINITY };
  }

  async #obtain(): Promise<string | undefined> {
    const { monotonic } = this.#deps.clock;
    try {
      const { value, lifeMs } = await this.#ask();
      const fetchedAt = monotonic();
      const usableMs = Math.max(lifeMs - marginMs, lifeMs / 2);
      this.#token = { value, fetchedAt, usableUntil: fetchedAt + usableMs };
      this.#failures = 0;
      this.#failure = undefined;
      return value;
    } catch (error) {
      // Nobody who waits for a token can do anything about a fault of the hub.
      const why = error instanceof NoToken ? error.message : "the hub failed to ask for it";
      const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(this.#failures, 10), longestPauseMs);
      this.#failures += 1;
      this.#failure = { why, retryAt: monotonic() + pauseMs };
      return undefined;
    }
  }

  async #ask(): Promise<{ readonly value: string; readonly lifeMs: number }> {
    const { tokenEndpoint, clientId, clientSecret, scope, authentication, endpoint } = this.#client;
    const { resource = endpoint } = this.#client;
    const issuer = new URL(tokenEndpoint).host;
    const form = new URLSearchParams({ grant_type: "client_credentials", resource });
    if (scope !== undefined) form.set("scope", scope);
    if (authentication === "post") {
      form.set("client_id", clientId);
      form.set("client_secret", clientSecret);
    }
    const deadline = createDeadline(fetchMs);
    try {
      const answer = await this.#deps.dialer.dial(tokenEndpoint, {
        method: "POST",
        headers: {
          accept: "application/json",
          "content-type": "application/x-www-form-urlencoded",
        },
        ownHeaders:
          authentication === "basic" ? { authorization: basic(clientId, clientSecret) } : undefined,
        body: form.toString(),
        signal: deadline.signal,
      });
      const chunks: Uint8Array[] = [];
      for await (const chunk of answer.chunks(mostAnswerBytes)) chunks.push(chunk);
      return tokenIn(answer.status, Buffer.concat(chunks).toString("utf8"), issuer);
    } catch (error) {
      if (!(error instanceof DialError)) throw error;
      // Texts of other errors may repeat what the issuer sent.
      const isDenied = error.code === "ADDRESS_DENIED";
      throw new NoToken(
        isDenied
          ? `the hub may not connect to ${issuer} (${error.message}; see MCP_HUB_ALLOW_ENDPOINTS)`
          : `${issuer} could not be asked (${error.code})`,
      );
    } finally {
      deadline.clear();
    }
  }
}

/** The issuer gave no token; the message says why, in words of the hub. */
class NoToken extends Error {}

function basic(clientId: string, clientSecret: string): string {
  // RFC 6749 section 2.3.1: both are encoded as in a form before.
  const encoded = (text: string) => new URLSearchParams({ text }).toString().slice("text=".length);
  const pair = `${encoded(clientId)}:${encoded(clientSecret)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

function tokenIn(status: number, text: string, issuer: string) {
  const said = objectIn(text);
  if (status !== 200) {
    const error = knownErrors.has(said.error) ? `, ${said.error}` : "";
    throw new NoToken(`${issuer} answers HTTP ${status}${error}`);
  }
  const { access_token: value, token_type: type, expires_in: seconds } = said;
  if (typeof type !== "string" || type.toLowerCase() !== "bearer")
    throw new NoToken(`${issuer} answers with no token of the type Bearer`);
  const isUsable =
    typeof value === "string" && value.length <= longestToken && /^[!-~]+$/.test(value);
  if (!isUsable) throw new NoToken(`${issuer} answers with no token that can be sent`);
  const lifeMs = typeof seconds === "number" && seconds > 0 ? seconds * 1_000 : usualLifeMs;
  return { value, lifeMs: Math.min(lifeMs, longestLifeMs) };
}

/** What a JSON text holds; nothing when it holds no object. */
function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    // An object, whatever its members are.
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
