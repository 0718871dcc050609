import { hash } from "node:crypto";
import type { OidcSettings } from "../oidc/settings.js";
import type { Tokens } from "../tokens/tokens.js";

/**
 * What has to be as it was at the sign-in for a session to go on after a restart of the hub: of a token, its hash; of
 * whom an issuer knows, all that the hub is told of issuers, so that nobody keeps what other rules would not grant.
 */
export function bonds(
  tokens: Pick<Tokens, "ofPrincipal">,
  { people, workloads = [] }: OidcSettings,
): (principalId: string) => string | undefined {
  const { clientSecret: _, ...known } = people ?? {};
  const ofIssuers = hash("sha256", JSON.stringify([known, workloads]), "base64url");
  const issuers = [people, ...workloads].flatMap((one) => one?.issuer ?? []);
  return (principalId) => {
    const token = tokens.ofPrincipal({ id: principalId });
    if (token !== undefined) return token.record.sha256;
    return issuers.some((issuer) => principalId.startsWith(`${issuer} `)) ? ofIssuers : undefined;
  };
}
