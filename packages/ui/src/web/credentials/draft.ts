import type { CredentialView } from "@hub/api";
import type { CredentialInput } from "@hub/client";

/** The ways in which the hub can prove itself to a server, as people choose between them. */
export type Way = "token" | "header" | "oauth-client";

/** What somebody typed so far. */
export type CredentialDraft = {
  readonly way: Way;
  /** Of the header. */
  readonly name: string;
  /** The token, the value of the header, or the secret of the client. */
  readonly secret: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly scope: string;
  readonly resource: string;
  readonly authentication: "basic" | "post";
};

const tokenHeader = "Authorization";

export const emptyDraft: CredentialDraft = {
  way: "token",
  name: "",
  secret: "",
  tokenEndpoint: "",
  clientId: "",
  scope: "",
  resource: "",
  authentication: "basic",
};

/** What the hub shows of a credential, to begin with when it is replaced. Nothing secret can be among it. */
export function draftFor({ kind, name, tokenEndpoint = "" }: CredentialView): CredentialDraft {
  if (kind === "oauth-client") return { ...emptyDraft, way: "oauth-client", tokenEndpoint };
  return name.toLowerCase() === tokenHeader.toLowerCase()
    ? emptyDraft
    : { ...emptyDraft, way: "header", name };
}

/** What is sent to the hub, for the origins that somebody had before their eyes. */
export function credentialOf(draft: CredentialDraft, origins: readonly string[]): CredentialInput {
  const secret = draft.secret.trim();
  const bound = { origins: [...origins] };
  if (draft.way === "oauth-client") {
    const { tokenEndpoint, clientId, scope, resource, authentication } = draft;
    return {
      kind: "oauth-client",
      tokenEndpoint: tokenEndpoint.trim(),
      clientId: clientId.trim(),
      clientSecret: secret,
      authentication,
      ...(scope.trim() === "" ? {} : { scope: scope.trim() }),
      ...(resource.trim() === "" ? {} : { resource: resource.trim() }),
      ...bound,
    };
  }
  if (draft.way === "header")
    return { kind: "header", name: draft.name.trim(), value: secret, ...bound };
  // Many copy the whole value of the header.
  const value = secret === "" || /^bearer /i.test(secret) ? secret : `Bearer ${secret}`;
  return { kind: "header", name: tokenHeader, value, ...bound };
}
