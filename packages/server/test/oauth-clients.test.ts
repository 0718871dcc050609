import { closeAll, knownTokens, ModernUpstream, OidcIssuer, TestHub, Visitor } from "@hub/testing";
import {
  Client as ClientV2,
  type OAuthClientProvider,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport as TransportV2,
} from "@modelcontextprotocol/client";
import type { OAuthClientProvider as OAuthClientProviderV1 } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

/** The SDK's own types do not fit each other where optional properties are exact. */
type TransportOfV1 = Parameters<ClientV1["connect"]>[0];

const redirectUrl = "http://127.0.0.1/callback";

/** An agent on somebody's machine: it remembers what it got, and lets its person sign in at the issuer. */
class Agent {
  readonly redirectUrl = redirectUrl;
  readonly clientMetadata = {
    client_name: "Agent",
    redirect_uris: [redirectUrl],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
    application_type: "native",
  };
  readonly asked: URL[] = [];
  #client: StoredOAuthClientInformation | undefined;
  #tokens: StoredOAuthTokens | undefined;
  #verifier = "";

  clientInformation = () => this.#client;
  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.#client = client;
  }
  tokens = () => this.#tokens;
  saveTokens(tokens: StoredOAuthTokens): void {
    this.#tokens = tokens;
  }
  codeVerifier = () => this.#verifier;
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }
  redirectToAuthorization(url: URL): void {
    this.asked.push(url);
  }

  /** What the issuer sends back to the agent when its person has signed in. */
  async signIn(): Promise<URLSearchParams> {
    const address = this.asked.at(-1);
    if (address === undefined) throw new Error("Nobody was asked to sign in.");
    const { url } = await new Visitor().visit(address, ({ href }) => href.startsWith(redirectUrl));
    return url.searchParams;
  }
}

const rules = [{ claims: { groups: ["sailors"] }, grants: [{ action: "call" as const }] }];

async function start(people: { readonly rules?: typeof rules } = { rules }) {
  const issuer = await OidcIssuer.start();
  issuer.account = { sub: "ada", groups: ["sailors"] };
  const hub = await TestHub.start({
    oidc: { people: { issuer: issuer.url, ...people } },
    access: knownTokens({ admin: [{ action: "admin" }] }),
    token: "admin",
  });
  const tides = await ModernUpstream.start({ name: "tides", tools: ["echo"] });
  await hub.register("tides", tides);
  return { issuer, hub, tides };
}

describe("a client of the SDK finds the issuer, lets its person sign in, and calls", () => {
  test.each([
    ["/mcp", "tides__echo"],
    ["/servers/tides/mcp", "echo"],
  ])("v2 at %s", async (path, name) => {
    const { hub, tides } = await start();
    const agent = new Agent();
    const connect = () =>
      new TransportV2(new URL(`${hub.url}${path}`), { authProvider: agent as OAuthClientProvider });
    const client = new ClientV2({ name: "agent", version: "1" });
    const refused = connect();
    await expect(client.connect(refused)).rejects.toThrow("Unauthorized");
    expect(agent.asked[0]?.searchParams.get("resource")).toBe(`${hub.url}${path}`);
    expect(agent.asked[0]?.searchParams.get("scope")).toContain("hub:call");
    await refused.finishAuth(await agent.signIn());
    const allowed = new ClientV2({ name: "agent", version: "1" });
    await allowed.connect(connect());
    const { content } = await allowed.callTool({ name, arguments: { at: "noon" } });
    expect(content).toEqual([{ type: "text", text: '{"at":"noon"}' }]);
    expect(tides.calls).toHaveLength(1);
    await allowed.close();
  });

  test.each([
    ["/mcp", "tides__echo"],
    ["/servers/tides/mcp", "echo"],
  ])("v1 at %s", async (path, name) => {
    const { hub, tides } = await start();
    const agent = new Agent();
    const connect = () =>
      new TransportV1(new URL(`${hub.url}${path}`), {
        authProvider: agent as OAuthClientProviderV1,
      });
    const refused = connect();
    await expect(
      new ClientV1({ name: "agent", version: "1" }).connect(refused as TransportOfV1),
    ).rejects.toThrow("Unauthorized");
    expect(agent.asked[0]?.searchParams.get("resource")).toBe(`${hub.url}${path}`);
    await refused.finishAuth((await agent.signIn()).get("code") ?? "");
    const allowed = new ClientV1({ name: "agent", version: "1" });
    await allowed.connect(connect() as TransportOfV1);
    const { content } = await allowed.callTool({ name, arguments: { at: "noon" } });
    expect(content).toEqual([{ type: "text", text: '{"at":"noon"}' }]);
    expect(tides.calls).toHaveLength(1);
    await allowed.close();
  });

  test("but not when its groups allow nothing, whatever its scopes say", async () => {
    const { hub, issuer, tides } = await start();
    issuer.account = { sub: "eve", groups: ["pirates"] };
    const agent = new Agent();
    const connect = () =>
      new TransportV2(new URL(`${hub.url}/mcp`), { authProvider: agent as OAuthClientProvider });
    const refused = connect();
    await expect(new ClientV2({ name: "agent", version: "1" }).connect(refused)).rejects.toThrow(
      "Unauthorized",
    );
    await refused.finishAuth(await agent.signIn());
    await expect(
      new ClientV2({ name: "agent", version: "1" }).connect(connect()),
    ).rejects.toThrow();
    expect(tides.calls).toHaveLength(0);
  });
});

describe("the metadata of the hub", () => {
  const documentOf = async (url: string) => (await fetch(url)).json();

  test("stands at the well-known place of every endpoint, and says what its audience is", async () => {
    const { hub, issuer } = await start();
    const base = `${hub.url}/.well-known/oauth-protected-resource`;
    expect(await documentOf(base)).toEqual({
      resource: hub.url,
      authorization_servers: [issuer.url],
      scopes_supported: ["hub:read", "hub:register", "hub:call", "hub:admin"],
      bearer_methods_supported: ["header"],
      resource_name: "MCP Hub",
    });
    for (const path of [
      "/mcp",
      "/servers/tides/mcp",
      "/servers/nobody/mcp",
      "/toolsets/a/mcp",
      "/sse",
    ])
      expect(await documentOf(`${base}${path}`)).toMatchObject({
        resource: `${hub.url}${path}`,
        scopes_supported: ["hub:call"],
      });
    for (const path of ["/servers", "/nothing", "/mcp/mcp", "/servers/Tides/mcp"])
      expect((await fetch(`${base}${path}`)).status).toBe(404);
    expect(await documentOf(`${base}/mcp`.replace("127.0.0.1", "localhost"))).toMatchObject({
      resource: `http://localhost:${hub.port}/mcp`,
    });
  });

  test("is where a challenge points to", async () => {
    const { hub } = await start();
    const challengeAt = async (path: string, method = "POST") => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${hub.url}${path}`, { method, headers });
      expect(answer.status).toBe(401);
      return answer.headers.get("www-authenticate");
    };
    const at = `${hub.url}/.well-known/oauth-protected-resource`;
    const ofPath = (path: string) =>
      `Bearer realm="mcp-hub", resource_metadata="${at}${path}", scope="hub:call"`;
    expect(await challengeAt("/mcp")).toBe(ofPath("/mcp"));
    expect(await challengeAt("/mcp/?servers=tides")).toBe(ofPath("/mcp"));
    expect(await challengeAt("/servers/tides/mcp")).toBe(ofPath("/servers/tides/mcp"));
    expect(await challengeAt("/servers", "GET")).toBe(
      `Bearer realm="mcp-hub", resource_metadata="${at}"`,
    );
  });

  test("is not there without an issuer, and names no scopes to an issuer that has none", async () => {
    const without = await TestHub.start({ access: knownTokens({}) });
    const path = "/.well-known/oauth-protected-resource/mcp";
    expect((await fetch(`${without.url}${path}`)).status).toBe(404);
    const hub = await TestHub.start({
      oidc: { people: { issuer: "https://127.0.0.1:9", usesScopes: false, rules } },
    });
    const document = await documentOf(`${hub.url}${path}`);
    expect(document).not.toHaveProperty("scopes_supported");
  });
});
