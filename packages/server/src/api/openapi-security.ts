import type { Access } from "@hub/api";
import { scopeOf } from "../access/oidc/scopes.js";
import { cookieName } from "../access/sign-in/cookies.js";

/** What the document says of who may ask. */
export type DocumentedAccess = {
  /** The hub asks nobody who they are. */
  readonly isOpen: boolean;
  /** A lease counts only with whoever got it. */
  readonly isNetwork: boolean;
  /** Where people and programs get tokens. Default: only from the hub. */
  readonly issuer?: { readonly url: string; readonly usesScopes: boolean } | undefined;
};

/** As OpenAPI 3.1 writes it. */
type SecurityScheme = { readonly description: string } & (
  | { readonly type: "http"; readonly scheme: "bearer" }
  | { readonly type: "openIdConnect"; readonly openIdConnectUrl: string }
  | { readonly type: "apiKey"; readonly in: "cookie"; readonly name: string }
);

type Requirement = Record<string, string[]>;

/** The ways to say who asks, by the names that operations call them. */
export function securitySchemes(
  { issuer }: DocumentedAccess,
  url: string,
): Readonly<Record<string, SecurityScheme>> {
  return {
    bearer: {
      type: "http",
      scheme: "bearer",
      description:
        "A token of the hub (`mh_…`), or one that an issuer signed for it. The grants of it, or the rules of the hub, have to allow the action that an operation names.",
    },
    ...(issuer === undefined
      ? {}
      : {
          issuer: {
            type: "openIdConnect",
            openIdConnectUrl: `${issuer.url.replace(/\/$/, "")}/.well-known/openid-configuration`,
            description: `The issuer of this hub. Ask for a token for \`${url}\`, and send it as a bearer token.`,
          },
        }),
    session: {
      type: "apiKey",
      in: "cookie",
      name: cookieName("session", url),
      description:
        "Whoever signed in with `POST /session` at this browser. It counts only for requests of the hub's own page.",
    },
  };
}

/**
 * What a route asks of its caller: one of these, `{}` being nothing. Each names the action as its OAuth scope; a wider
 * one includes it.
 */
export function securityOf(access: Access, documented: DocumentedAccess): Requirement[] {
  if (access === "public") return [];
  const needed = access === "lease" ? [] : [scopeOf(access)];
  const { issuer, isNetwork, isOpen } = documented;
  const isForNobody = isOpen || (access === "lease" && !isNetwork);
  return [
    ...(isForNobody ? [{}] : []),
    { bearer: needed },
    ...(issuer === undefined ? [] : [{ issuer: issuer.usesScopes ? needed : [] }]),
    { session: needed },
  ];
}
