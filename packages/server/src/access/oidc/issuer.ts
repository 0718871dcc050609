import type { OperatorFetch } from "@hub/dial";
import type { JWSHeaderParameters } from "jose";
import { z } from "zod";
import { isLoopbackHost } from "../profile.js";
import { type Jose, KeySet } from "./key-set.js";
import type { IssuerSettings } from "./settings.js";

const metadataSchema = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.string(),
  authorization_endpoint: z.string().optional(),
  token_endpoint: z.string().optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
  id_token_signing_alg_values_supported: z.array(z.string()).optional(),
  scopes_supported: z.array(z.string()).optional(),
  client_id_metadata_document_supported: z.boolean().optional(),
});

/** What an issuer says of itself (OpenID Connect Discovery, RFC 8414). */
export type IssuerMetadata = z.output<typeof metadataSchema>;

const keysSchema = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** Metadata is read again after this time. */
const freshMs = 3_600_000;

export type IssuerOptions = {
  readonly settings: IssuerSettings;
  readonly ask: OperatorFetch;
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
  readonly jose: () => Promise<Jose>;
  /** Hears that the issuer's keys are others now. */
  readonly onNewKeys?: (() => void) | undefined;
};

/** An issuer of tokens, as far as it can be asked: its metadata and its keys. */
export class Issuer {
  readonly settings: IssuerSettings;
  readonly #ask: OperatorFetch;
  readonly #now: () => number;
  readonly #keys: KeySet;
  #metadata: { readonly value: IssuerMetadata; readonly readAt: number } | undefined;

  constructor({ settings, ask, now, jose, onNewKeys = () => {} }: IssuerOptions) {
    this.settings = settings;
    this.#ask = ask;
    this.#now = now;
    this.#keys = new KeySet({
      fetchKeys: () => this.#fetchKeys(),
      now,
      jose,
      onChange: onNewKeys,
    });
  }

  /** The key that a token names. Undefined when there is none; rejects when the issuer was never reached. */
  keyFor(header: JWSHeaderParameters) {
    return this.#keys.keyFor(header);
  }

  /** Rejects, with a sentence that says why, when the issuer was never reached. */
  async metadata(): Promise<IssuerMetadata> {
    const known = this.#metadata;
    if (known !== undefined && this.#now() - known.readAt < freshMs) return known.value;
    try {
      const value = await this.#readMetadata();
      this.#metadata = { value, readAt: this.#now() };
      return value;
    } catch (error) {
      if (known === undefined) throw error;
      return known.value;
    }
  }

  /** Rejects, with a sentence that says why, when it cannot be reached or does not say what the hub needs. */
  async look(): Promise<void> {
    const { jwksUri } = this.settings;
    if (jwksUri === undefined) await this.metadata();
    else keysSchema.parse(await this.#readJson(jwksUri));
  }

  /** A URL that the issuer's metadata names, if the hub may ask it. Throws a sentence that says why not. */
  allowed(text: string): string {
    const own = new URL(this.settings.issuer);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !isSafe(url))
      throw new Error(`${this.settings.issuer} names a URL that is not https.`);
    if (url.hostname !== own.hostname && this.settings.hosts?.includes(url.hostname) !== true)
      throw new Error(
        `${this.settings.issuer} names a URL on ${url.hostname}, which is not its own host. To allow it, list the host in MCP_HUB_OIDC_HOSTS, or in "hosts" of a workload issuer.`,
      );
    return url.href;
  }

  async #readMetadata(): Promise<IssuerMetadata> {
    const { issuer } = this.settings;
    const { origin, pathname } = new URL(issuer);
    const path = pathname.replace(/\/$/, "");
    const places = [
      `${origin}${path}/.well-known/openid-configuration`,
      `${origin}/.well-known/oauth-authorization-server${path}`,
    ];
    let failure: unknown;
    for (const place of places) {
      try {
        const metadata = metadataSchema.parse(await this.#readJson(place));
        if (metadata.issuer === issuer) return metadata;
        throw new Error(`${place} says that it is ${metadata.issuer.slice(0, 200)}.`);
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure;
  }

  async #fetchKeys() {
    const uri = this.settings.jwksUri ?? this.allowed((await this.metadata()).jwks_uri);
    return keysSchema.parse(await this.#readJson(uri));
  }

  async #readJson(url: string): Promise<unknown> {
    const answer = await this.#ask(url, { headers: { accept: "application/json" } });
    if (answer.status !== 200) throw new Error(`${url} answered with HTTP ${answer.status}.`);
    return answer.json();
  }
}

/** Whether nobody on the way can change what is read there. */
export function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && isLoopbackHost(hostname));
}
