import { closeAll, OidcIssuer, TestHub } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import type { ClaimRule } from "../src/index.js";

afterEach(closeAll);

/** What a Kubernetes cluster says of a service account. */
const account = (namespace: string, name = "server") => ({
  sub: `system:serviceaccount:${namespace}:${name}`,
  "kubernetes.io": { namespace, serviceaccount: { name, uid: "1" } },
});

async function start(rules: readonly ClaimRule[]) {
  const issuer = await OidcIssuer.start();
  const hub = await TestHub.start({
    oidc: { workloads: [{ issuer: issuer.url, audiences: ["mcp-hub"], rules }] },
  });
  const register = async (name: string, claims: object, more: object = {}) => {
    const token = await issuer.sign({ aud: "mcp-hub", ...claims }, { header: { typ: undefined } });
    const answer = await fetch(`${hub.url}/register`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({
        name,
        endpoint: `http://127.0.0.1:9/${name}`,
        transport: "streamable-http",
        ...more,
      }),
    });
    return answer.status;
  };
  return { issuer, hub, register };
}

describe("a workload registers under the names that its claims allow", () => {
  test("by values that a rule names", async () => {
    const { register, hub } = await start([
      {
        claims: { "/kubernetes.io/namespace": ["payments", "billing-*"] },
        grants: [{ action: "register", servers: ["payments-*"] }],
      },
    ]);
    expect(await register("payments-api", account("payments"))).toBe(201);
    expect(await register("payments-eu", account("billing-eu"))).toBe(201);
    expect(await register("search", account("payments"))).toBe(403);
    expect(await register("payments-evil", account("evil"))).toBe(403);
    expect(hub.entry("payments-api")).toBeDefined();
    expect(hub.entry("payments-evil")).toBeUndefined();
  });

  test("by its claims themselves, of which none reaches beyond a name", async () => {
    const { register } = await start([
      {
        claims: { "/kubernetes.io/namespace": ["*"] },
        grants: [
          {
            action: "register",
            servers: [
              "{/kubernetes.io/namespace}-{/kubernetes.io/serviceaccount/name}",
              "{missing}-*",
            ],
          },
        ],
      },
    ]);
    expect(await register("payments-server", account("payments"))).toBe(201);
    expect(await register("search-server", account("payments"))).toBe(403);
    expect(await register("other-server", account("*"))).toBe(403);
    expect(await register("other-server", account("", "other-server"))).toBe(403);
    expect(await register("other", account("payments", "../x"))).toBe(403);
  });

  test("and does nothing else", async () => {
    const { issuer, hub } = await start([
      { claims: { sub: ["*"] }, grants: [{ action: "register", servers: ["a"] }] },
    ]);
    // Scopes are for people; a workload's do not widen what its claims allow.
    const claims = { ...account("a"), aud: "mcp-hub", scope: "hub:admin" };
    const headers = { authorization: `Bearer ${await issuer.sign(claims)}` };
    expect((await fetch(`${hub.url}/servers`, { headers })).status).toBe(403);
    const who = await (await fetch(`${hub.url}/whoami`, { headers })).json();
    expect(who).toMatchObject({
      kind: "workload",
      id: `${issuer.url} system:serviceaccount:a:server`,
      grants: [{ action: "register", servers: ["a"] }],
    });
  });

  test("not with a token for somebody else", async () => {
    const { register } = await start([
      { claims: { sub: ["*"] }, grants: [{ action: "register" }] },
    ]);
    expect(await register("a", { ...account("a"), aud: "https://kubernetes.default.svc" })).toBe(
      401,
    );
    expect(await register("a", account("a"))).toBe(201);
  });
});
