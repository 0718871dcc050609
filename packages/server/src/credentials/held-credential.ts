import type { CredentialRow } from "@hub/core/storage";
import {
  type CredentialFacts,
  type CredentialSecret,
  type ReadyHeaders,
  tokenHeader,
} from "@hub/core/upstream";
import { ClientTokens, type ClientTokensDeps } from "./client-tokens.js";
import type { SealingKey } from "./secret-key.js";

/** A credential that the hub holds; without a secret it cannot be read. */
export type HeldCredential = {
  readonly facts: CredentialFacts;
  readonly row: CredentialRow;
  readonly secret?: CredentialSecret | undefined;
  /** Of an OAuth client. */
  readonly tokens?: ClientTokens | undefined;
};

/** All that may be shown, so that none of it can be changed without the seal noticing it. */
const about = (facts: CredentialFacts) =>
  JSON.stringify([
    "mcp-hub credential",
    facts.serverId,
    facts.name,
    facts.kind,
    facts.origins,
    facts.setAt,
    facts.setBy,
    facts.tokenEndpoint ?? null,
  ]);

/** Seals a secret for its server and its origins. */
export function sealed(
  facts: CredentialFacts,
  secret: CredentialSecret,
  key: SealingKey,
): CredentialRow {
  return { facts, keyId: key.id, sealed: key.seal(about(facts), JSON.stringify(secret)) };
}

/** The same, sealed with another key; undefined when `from` does not open it. */
export function resealed(
  { facts, keyId, sealed: text }: CredentialRow,
  from: SealingKey,
  to: SealingKey,
): CredentialRow | undefined {
  const secret = from.id === keyId ? from.open(about(facts), text) : undefined;
  return secret === undefined
    ? undefined
    : { facts, keyId: to.id, sealed: to.seal(about(facts), secret) };
}

/** A stored credential, with its secret where the key opens it. */
export function opened(
  row: CredentialRow,
  key: SealingKey | undefined,
  deps: ClientTokensDeps,
): HeldCredential {
  const { facts } = row;
  const text = key?.id === row.keyId ? key.open(about(facts), row.sealed) : undefined;
  if (text === undefined) return { facts, row };
  const secret = JSON.parse(text) as CredentialSecret; // what `sealed` wrote: the seal shows it
  const tokens = secret.kind === "oauth-client" ? new ClientTokens(secret, deps) : undefined;
  return { facts, row, secret, tokens };
}

/** The header that it is sent in; undefined when there is nothing to send. At once when nothing must be fetched. */
export function headerOf({
  facts,
  secret,
  tokens,
}: HeldCredential): ReadyHeaders | undefined | Promise<ReadyHeaders | undefined> {
  if (secret?.kind === "header") return [facts.name.toLowerCase(), secret.value];
  const token = tokens?.current();
  return token instanceof Promise ? token.then(bearer) : bearer(token);
}

function bearer(token: string | undefined): ReadyHeaders | undefined {
  return token === undefined ? undefined : [tokenHeader.toLowerCase(), `Bearer ${token}`];
}

/** Everything about it that must be shown nowhere. */
export function secretsIn({ secret, tokens }: HeldCredential): string[] {
  if (secret === undefined) return [];
  if (secret.kind === "header") return [secret.value];
  const token = tokens?.last;
  return [secret.clientSecret, ...(token === undefined ? [] : [token])];
}
