import type { Clock } from "@hub/core";
import { actions, type Principal } from "@hub/core/access";
import type { OperatorFetch } from "@hub/dial";
import type { AuthorizationServer } from "oauth4webapi";
import { type Issuer, type IssuerMetadata, isSafe } from "../oidc/issuer.js";
import type { Jose } from "../oidc/key-set.js";
import type { Principals } from "../oidc/principals.js";
import { scopeOf } from "../oidc/scopes.js";
import type { PeopleIssuer } from "../oidc/settings.js";
import { verifyToken } from "../oidc/verify.js";
import { signInPaths } from "./sign-in-paths.js";

export type CodeFlowOptions = {
  readonly issuer: Issuer;
  readonly people: PeopleIssuer;
  readonly principals: Principals;
  readonly ask: OperatorFetch;
  readonly jose: () => Promise<Jose>;
  readonly clock: Pick<Clock, "wall">;
};

/** What the hub has to know again when somebody comes back from the issuer. */
export type Pending = {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Where the person goes then, in the hub. */
  readonly to: string;
};

/** Claims that make a person known by name, and that rules look at. */
const wishedScopes = ["profile", "email", "groups"];

/** Signing in with the issuer: the code flow with PKCE, `state` and `nonce`. */
export class CodeFlow {
  readonly #options: CodeFlowOptions;

  constructor(options: CodeFlowOptions) {
    this.#options = options;
  }

  /** Where a person signs in, and what has to be known when it comes back. Rejects when the issuer cannot be used. */
  async begin(
    base: string,
    to: string,
  ): Promise<{ readonly location: URL; readonly pending: Pending }> {
    const oauth = await loadOAuth();
    const metadata = await this.#options.issuer.metadata();
    const location = new URL(metadata.authorization_endpoint ?? "");
    if (!isSafe(location))
      throw new Error("The authorization endpoint of the issuer is not https.");
    const pending = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
      to,
    };
    const parameters = {
      response_type: "code",
      client_id: this.#clientId(base, metadata),
      redirect_uri: `${base}${signInPaths.callback}`,
      scope: this.#scopes(metadata),
      // What hub scopes are for; an issuer without them may not know the parameter.
      ...(this.#usesScopes ? { resource: base } : {}),
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: "S256",
    };
    for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value);
    return { location, pending };
  }

  /** Who came back from the issuer. Rejects for everybody whom the issuer did not send for this `pending`. */
  async finish(base: string, callback: URL, pending: Pending): Promise<Principal> {
    const oauth = await loadOAuth();
    const { issuer, people, ask, jose, clock, principals } = this.#options;
    const metadata = await issuer.metadata();
    const server = serverOf(metadata, issuer.allowed(metadata.token_endpoint ?? ""));
    const client = { client_id: this.#clientId(base, metadata) };
    const parameters = oauth.validateAuthResponse(server, client, callback, pending.state);
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      await this.#authentication(metadata),
      parameters,
      `${base}${signInPaths.callback}`,
      pending.verifier,
      {
        // `allowed` has seen to it that only loopback goes without TLS.
        [oauth.allowInsecureRequests]: true,
        [oauth.customFetch]: (url, { method, headers, body }) =>
          ask(url, { method, headers, body: String(body) }),
      },
    );
    const result = await oauth.processAuthorizationCodeResponse(server, client, answer, {
      expectedNonce: pending.nonce,
      requireIdToken: true,
    });
    const verified = await verifyToken(result.id_token ?? "", new Map([[people.issuer, issuer]]), {
      jose: await jose(),
      now: clock.wall(),
      onUnreachable: () => {},
    });
    if (verified === undefined) throw new Error("The ID token is of another issuer.");
    // Unless it says which scopes were granted, they are those that were asked for.
    return principals.ofSignIn(people, verified.claims, result.scope ?? this.#scopes(metadata));
  }

  /** What describes the hub to an issuer that asks for it by URL (Client ID Metadata Document). */
  clientDocument(base: string): object {
    return {
      client_id: `${base}${signInPaths.client}`,
      client_name: "MCP Hub",
      client_uri: base,
      redirect_uris: [`${base}${signInPaths.callback}`],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    };
  }

  get #usesScopes(): boolean {
    return this.#options.people.usesScopes !== false;
  }

  #clientId(base: string, metadata: IssuerMetadata): string {
    const { clientId } = this.#options.people;
    if (clientId !== undefined) return clientId;
    if (metadata.client_id_metadata_document_supported === true && base.startsWith("https:"))
      return `${base}${signInPaths.client}`;
    throw new Error(
      "To sign people in, register the hub with the issuer and set MCP_HUB_OIDC_CLIENT_ID. An issuer that takes client id metadata documents needs no registration, if the hub has a public https URL.",
    );
  }

  #scopes(metadata: IssuerMetadata): string {
    const known = metadata.scopes_supported;
    const wished =
      known === undefined
        ? wishedScopes.slice(0, 2)
        : wishedScopes.filter((one) => known.includes(one));
    return ["openid", ...wished, ...(this.#usesScopes ? actions.map(scopeOf) : [])].join(" ");
  }

  async #authentication(metadata: IssuerMetadata) {
    const oauth = await loadOAuth();
    const { clientSecret } = this.#options.people;
    if (clientSecret === undefined) return oauth.None();
    // OpenID Connect's default, which an issuer need not list.
    const methods = metadata.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    return methods.includes("client_secret_basic")
      ? oauth.ClientSecretBasic(clientSecret)
      : oauth.ClientSecretPost(clientSecret);
  }
}

/** Loaded when the first person signs in. */
const loadOAuth = () => import("oauth4webapi");

/** What is needed of an issuer's metadata to take what it answers. */
function serverOf(metadata: IssuerMetadata, tokenEndpoint: string): AuthorizationServer {
  const {
    issuer,
    jwks_uri,
    authorization_response_iss_parameter_supported: saysWhoItIs,
    id_token_signing_alg_values_supported: algorithms,
  } = metadata;
  return {
    issuer,
    jwks_uri,
    token_endpoint: tokenEndpoint,
    ...(saysWhoItIs === undefined
      ? {}
      : { authorization_response_iss_parameter_supported: saysWhoItIs }),
    ...(algorithms === undefined ? {} : { id_token_signing_alg_values_supported: algorithms }),
  };
}
