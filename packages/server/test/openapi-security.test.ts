import { request } from "node:http";
import { contract } from "@hub/api";
import { type Action, actions, policyOf } from "@hub/core/access";
import { closeAll, knownTokens, TestHub, type TestHubOptions } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

type Requirement = Readonly<Record<string, readonly string[]>>;
type Operation = { readonly security: readonly Requirement[] };
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly securitySchemes: Readonly<Record<string, object>> };
};

const plenty = 1_000_000;
const budgets = { callerRequests: plenty, strangerRequests: plenty, wrongCredentials: plenty };
const access = knownTokens(Object.fromEntries(actions.map((action) => [action, [{ action }]])));
const network = { host: "127.0.0.1", publicUrl: "https://hub.example", admission: "open" } as const;

/** The host that the hub is asked by, and with whose token. */
type By = { readonly host?: string | undefined; readonly token?: string | undefined };

async function documented(options: TestHubOptions, { host, token }: By = {}) {
  const hub = await TestHub.start({ budgets, ...options });
  const ask = (method: string, path: string, sent: string | undefined) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const headers = {
        accept: "application/json",
        ...(host === undefined ? {} : { host }),
        ...(sent === undefined ? {} : { authorization: `Bearer ${sent}` }),
      };
      request(`${hub.url}${path}`, { method, headers }, (answer) => {
        let text = "";
        answer
          .on("data", (chunk) => {
            text += chunk;
          })
          .on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      })
        .on("error", reject)
        .end();
    });
  const answer = await ask("GET", "/openapi.json", token);
  expect(answer.status).toBe(200);
  const document: Document = JSON.parse(answer.text);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      // Of what there is not, so that nothing happens where somebody may.
      path: path.replace(/\{\w+\}/g, "nothing"),
      pattern: path,
      security,
    })),
  );
  return { hub, ask, document, operations };
}

const scopes = (security: readonly Requirement[]) => [
  ...new Set(security.flatMap((requirement) => Object.values(requirement).flat())),
];

const includes = (scope: string, action: Action) => {
  const asked = actions.find((one) => `hub:${one}` === scope);
  return asked !== undefined && policyOf({ grants: [{ action }] }).mayAtAll(asked);
};

describe("what the API document says of access", () => {
  test("is what the hub asks of each operation, whoever comes", async () => {
    const { ask, operations } = await documented({ access }, { token: "read" });
    expect(operations.length).toBe(contract.length);
    const named = new Set<string>();
    for (const { method, path, security } of operations) {
      const isForNobody =
        security.length === 0 || security.some((one) => Object.keys(one).length === 0);
      const said = [method, path];
      const { status } = await ask(method, path, undefined);
      expect([...said, status === 401]).toEqual([...said, !isForNobody]);
      const [scope, ...others] = scopes(security);
      expect(others).toEqual([]);
      for (const action of actions) {
        const answer = await ask(method, path, action);
        const isLetIn = scope === undefined || includes(scope, action);
        expect([...said, action, answer.status === 403]).toEqual([...said, action, !isLetIn]);
        expect(answer.status).not.toBe(401);
      }
      if (scope !== undefined) named.add(scope);
    }
    expect(named).toEqual(new Set(actions.map((action) => `hub:${action}`)));
  });

  test("names every way to say who asks, and no other", async () => {
    const { document, hub, operations } = await documented({ access }, { token: "read" });
    const { port } = new URL(hub.url);
    expect(document.components.securitySchemes).toMatchObject({
      bearer: { type: "http", scheme: "bearer" },
      session: { type: "apiKey", in: "cookie", name: `mcp-hub-session-${port}` },
    });
    expect(Object.keys(document.components.securitySchemes)).toEqual(["bearer", "session"]);
    for (const { security } of operations)
      for (const requirement of security)
        for (const name of Object.keys(requirement))
          expect(document.components.securitySchemes).toHaveProperty(name);
  });

  test("asks nothing of anybody on an open hub, until its first token closes it", async () => {
    const { hub, ask, operations } = await documented({});
    const protects = contract.filter(({ access: one }) => one !== "public");
    const optional = operations.filter(
      ({ security }) => Object.keys(security[0] ?? {}).length === 0,
    );
    expect(optional).toHaveLength(operations.length);
    expect(operations.filter(({ security }) => security.length > 0)).toHaveLength(protects.length);
    const made = await hub.rest("POST", "/tokens", {
      name: "Operator",
      grants: [{ action: "admin" }],
    });
    const { token } = made as { token: string };
    const after: Document = JSON.parse((await ask("GET", "/openapi.json", token)).text);
    expect(after.paths["/servers"]?.get?.security).toEqual([
      { bearer: ["hub:read"] },
      { session: ["hub:read"] },
    ]);
  });

  test.each([
    { usesScopes: true, asked: ["hub:admin"] },
    { usesScopes: false, asked: [] },
  ])("has the issuer of a hub on a network; scopes: $usesScopes", async ({ usesScopes, asked }) => {
    const people = { issuer: "https://127.0.0.1:9/", usesScopes };
    const options = { access, config: network, oidc: { people } };
    const { document, operations } = await documented(options, {
      host: "hub.example",
      token: "read",
    });
    expect(document.components.securitySchemes).toMatchObject({
      issuer: {
        type: "openIdConnect",
        openIdConnectUrl: "https://127.0.0.1:9/.well-known/openid-configuration",
      },
      session: { name: "__Host-mcp-hub-session" },
    });
    const of = (pattern: string, method: string) =>
      operations.find((one) => one.pattern === pattern && one.method === method)?.security;
    expect(of("/tokens", "GET")).toEqual([
      { bearer: ["hub:admin"] },
      { issuer: asked },
      { session: ["hub:admin"] },
    ]);
    // On a network a lease counts only with its holder; on one machine, with whoever knows it.
    expect(of("/leases/{leaseId}", "PUT")).toEqual([
      { bearer: [] },
      { issuer: [] },
      { session: [] },
    ]);
    expect(of("/healthz", "GET")).toEqual([]);
  });
});
