import type { Grant } from "@hub/core/access";

/** What those may do whose claims fit. */
export type ClaimRule = {
  /**
   * Each of these claims must have one of the values; `*` stands for any characters. A name that begins with `/` is
   * a JSON pointer, such as `/kubernetes.io/namespace`. Without claims, it fits everybody.
   */
  readonly claims?: Readonly<Record<string, readonly string[]>> | undefined;
  /** In patterns of servers, `{name}` stands for the value of a claim: `{/kubernetes.io/namespace}-*`. */
  readonly grants: readonly Grant[];
};

/** Whoever says who somebody is, by tokens that it signs. */
export type IssuerSettings = {
  /** A URL, exactly as its tokens have it in `iss`. */
  readonly issuer: string;
  /** What tokens may be for, beside the URLs of the hub's own endpoints. Default: nothing else. */
  readonly audiences?: readonly string[] | undefined;
  /** Hosts beside the issuer's own where its keys and its token endpoint may be. Default: none. */
  readonly hosts?: readonly string[] | undefined;
  /** Where its keys are. Default: where its metadata says. */
  readonly jwksUri?: string | undefined;
};

/** The issuer that knows people, and the programs that act for them. */
export type PeopleIssuer = IssuerSettings & {
  /** Tokens have scopes of the hub, such as `hub:call`, and allow no more than these. Default: true. */
  readonly usesScopes?: boolean | undefined;
  /** What people and programs may do. Default: whatever the scopes of their tokens say. */
  readonly rules?: readonly ClaimRule[] | undefined;
  /** What the hub is to it when people sign in. Default: the URL of a document of the hub that describes it. */
  readonly clientId?: string | undefined;
  /** Default: the hub is a public client. */
  readonly clientSecret?: string | undefined;
};

/** An issuer that knows programs, such as a Kubernetes cluster. */
export type WorkloadIssuer = IssuerSettings & {
  readonly rules: readonly ClaimRule[];
};

export type OidcSettings = {
  readonly people?: PeopleIssuer | undefined;
  readonly workloads?: readonly WorkloadIssuer[] | undefined;
};
