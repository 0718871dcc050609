import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose";
import type { ClientMetadata, Configuration, default as OidcProvider } from "oidc-provider";
import { oidcMemory } from "./oidc-memory.js";
import { closeLater } from "./wait.js";

type Algorithm = "RS256" | "ES256" | "PS256" | "EdDSA";

type SigningKey = {
  readonly alg: Algorithm;
  readonly kid: string;
  readonly key: CryptoKey;
  readonly jwk: JWK;
};

/** Somebody whom the issuer knows, with what it says of them. */
export type Account = { readonly sub: string; readonly [claim: string]: unknown };

/** What a token says; a test leaves out what it sets to undefined. */
type Claims = { readonly [Name in keyof JWTPayload]: JWTPayload[Name] | undefined };

export type OidcIssuerOptions = {
  /** Default: one for RS256. */
  readonly algorithms?: readonly Algorithm[];
  readonly clients?: readonly ClientMetadata[];
  /** Its claims that are beyond OpenID Connect's own, by scope. Default: `groups` with `openid`. */
  readonly claims?: Configuration["claims"];
  /** How the issuer fetches what others name. Default: Node's. */
  readonly fetch?: Configuration["fetch"];
  /** Which scopes of the hub it grants. Default: all of them. */
  readonly scopes?: readonly string[];
};

const hubScopes = ["hub:read", "hub:register", "hub:call", "hub:admin"];

let made = 0;

/** The first key of each algorithm is the same for all issuers of a process: some take long to make. */
const firstKeys = new Map<Algorithm, Promise<SigningKey>>();

function firstKey(alg: Algorithm): Promise<SigningKey> {
  const known = firstKeys.get(alg) ?? newKey(alg);
  firstKeys.set(alg, known);
  return known;
}

async function newKey(alg: Algorithm): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  made += 1;
  const kid = `key-${made}`;
  const jwk = { ...(await exportJWK(privateKey)), kid, alg, use: "sig" };
  return { alg, kid, key: privateKey, jwk };
}

/**
 * A real OpenID provider on a loopback port. Whoever comes to sign in is `account`, and consents to everything.
 * Signs tokens of a test's own with the provider's keys, too.
 */
export class OidcIssuer {
  readonly url: string;
  /** Who signs in next. */
  account: Account = { sub: "ada" };
  readonly #options: OidcIssuerOptions;
  readonly #Provider: typeof OidcProvider;
  readonly #memory = oidcMemory();
  #keys: readonly SigningKey[];
  #server: Server;
  /** Method and path of every request, in order. */
  readonly requests: string[] = [];

  private constructor(
    url: string,
    server: Server,
    keys: readonly SigningKey[],
    options: OidcIssuerOptions,
    Provider: typeof OidcProvider,
  ) {
    this.#Provider = Provider;
    this.url = url;
    this.#server = server;
    this.#keys = keys;
    this.#options = options;
    this.#serve(server);
  }

  static async start(options: OidcIssuerOptions = {}): Promise<OidcIssuer> {
    const keys = await Promise.all((options.algorithms ?? ["RS256"]).map(firstKey));
    // It takes its time, which tests without an issuer need not spend.
    const { default: Provider } = await import("oidc-provider");
    const server = createServer();
    await listenOn(server, 0);
    const { port } = server.address() as AddressInfo; // A TCP server has no other kind.
    const issuer = new OidcIssuer(`http://127.0.0.1:${port}`, server, keys, options, Provider);
    closeLater(() => issuer.stop());
    return issuer;
  }

  /** Nobody can reach it until it comes back. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server.listening) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** Listens again where it did. */
  async comeBack(): Promise<void> {
    this.#server = createServer();
    this.#serve(this.#server);
    await listenOn(this.#server, Number(new URL(this.url).port));
  }

  /** From now on it has other keys, and those before count no longer. */
  async rotateKeys(): Promise<void> {
    await this.stop();
    this.#keys = await Promise.all(this.#keys.map(({ alg }) => newKey(alg)));
    await this.comeBack();
  }

  /** A token that it signs, of what is said of somebody; it lasts five minutes unless `exp` is given. */
  sign(
    payload: Claims,
    {
      alg = this.#keys[0]?.alg ?? "RS256",
      header = {},
    }: { readonly alg?: Algorithm; readonly header?: Readonly<Record<string, unknown>> } = {},
  ): Promise<string> {
    const signer = this.#keys.find((one) => one.alg === alg);
    if (signer === undefined) throw new Error(`The issuer has no key for ${alg}.`);
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: this.url, iat: now, exp: now + 300, ...payload };
    // Written as JSON, what is undefined is left out.
    return new SignJWT(JSON.parse(JSON.stringify(claims)))
      .setProtectedHeader({ alg, kid: signer.kid, typ: "at+jwt", ...header })
      .sign(signer.key);
  }

  /** Its public key, which everybody may have. */
  publicKey(): JWK {
    const { d, p, q, dp, dq, qi, ...open } = this.#keys[0]?.jwk ?? {};
    return open;
  }

  #serve(server: Server): void {
    const provider = new this.#Provider(this.url, this.#configuration());
    // Its warnings are for those who run one in earnest.
    provider.on("server_error", (_, error) => console.error(error));
    const answer = provider.callback();
    server.on("request", (request, response) => {
      this.requests.push(`${request.method} ${request.url}`);
      if (request.url?.startsWith("/interaction/") !== true) {
        answer(request, response);
        return;
      }
      finishInteraction(provider, request, response, this.account.sub).catch((error: unknown) => {
        console.error(error);
        response.destroy();
      });
    });
  }

  #configuration(): Configuration {
    const { clients = [], claims, scopes = hubScopes, fetch } = this.#options;
    return {
      adapter: this.#memory,
      clients: [...clients],
      jwks: { keys: this.#keys.map(({ jwk }) => jwk) } as Configuration["jwks"] & object,
      cookies: { keys: ["of-a-test"] },
      scopes: ["openid", "offline_access", ...scopes],
      claims: claims ?? { openid: ["sub", "name", "email", "groups"] },
      conformIdTokenClaims: false,
      ...(fetch === undefined ? {} : { fetch }),
      features: {
        devInteractions: { enabled: false },
        registration: { enabled: true },
        clientCredentials: { enabled: true },
        clientIdMetadataDocument: { enabled: true, ack: "draft-02" },
        resourceIndicators: {
          enabled: true,
          useGrantedResource: () => true,
          getResourceServerInfo: (_, resource) => ({
            scope: scopes.join(" "),
            audience: resource,
            accessTokenFormat: "jwt",
            jwt: { sign: { alg: this.#keys[0]?.alg ?? "RS256" } },
          }),
        },
      },
      findAccount: (_, sub) => ({
        accountId: sub,
        claims: () => ({ ...this.account, sub }),
      }),
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
      extraTokenClaims: () => ({ groups: this.account.groups }),
      ttl: {
        AccessToken: 3_600,
        RefreshToken: 3_600,
        IdToken: 3_600,
        Interaction: 600,
        Session: 3_600,
        Grant: 3_600,
      },
    };
  }
}

/** Signs in whoever is asked to, and consents to all that is asked for. */
async function finishInteraction(
  provider: OidcProvider,
  request: IncomingMessage,
  response: ServerResponse,
  accountId: string,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === "login") {
    await provider.interactionFinished(request, response, { login: { accountId } });
    return;
  }
  const grant = new provider.Grant({
    clientId: String(params.client_id),
    accountId: session?.accountId ?? accountId,
  });
  const asked = String(params.scope ?? "");
  grant.addOIDCScope(asked);
  for (const resource of [params.resource].flat())
    if (typeof resource === "string") grant.addResourceScope(resource, asked);
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { consent: { grantId } });
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
}
