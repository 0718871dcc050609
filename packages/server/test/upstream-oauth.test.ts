import type { IncomingMessage } from "node:http";
import type { CredentialList, ServerDetail } from "@hub/api";
import {
  closeAll,
  closeServers,
  ModernClient,
  ModernUpstream,
  serve,
  TestHub,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(async () => {
  await closeAll();
  await closeServers();
});

const clientSecret = "s3cr3t of/the+client";

type Asked = { readonly form: URLSearchParams; readonly authorization: string | undefined };

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** An issuer whose answer the test sets, and a server that takes the newest token of it alone. */
async function world() {
  const asked: Asked[] = [];
  const issuer = {
    asked,
    tokens: 0,
    expiresIn: 3_600 as number | undefined,
    refusal: undefined as { readonly status: number; readonly body: object } | undefined,
  };
  const running = await serve(async (request, response) => {
    const form = new URLSearchParams(await textOf(request));
    asked.push({ form, authorization: request.headers.authorization });
    issuer.tokens += issuer.refusal === undefined ? 1 : 0;
    const { status, body } = issuer.refusal ?? {
      status: 200,
      body: {
        access_token: `token-${issuer.tokens}`,
        token_type: "bearer",
        expires_in: issuer.expiresIn,
      },
    };
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  const upstream = new ModernUpstream({ name: "safe" });
  const heads: IncomingMessage["headers"][] = [];
  const accepts = { only: undefined as string | undefined };
  upstream.intercept = (request, response) => {
    heads.push(request.headers);
    const wanted = accepts.only ?? `token-${issuer.tokens}`;
    if (request.headers.authorization === `Bearer ${wanted}`) return false;
    request.resume();
    response.writeHead(401).end();
    return true;
  };
  await upstream.start();
  const clock = movable();
  const hub = await TestHub.start({ clock: clock.clock });
  await hub.announce("safe", upstream.endpoint);
  await until("it to need a token", () => hub.status("safe") === "needs-token");
  const set = (more: object = {}) =>
    hub.rest("PUT", "/servers/safe/credentials", {
      kind: "oauth-client",
      tokenEndpoint: `${running.origin}/token`,
      clientId: "the hub",
      clientSecret,
      ...more,
    }) as Promise<CredentialList>; // held to the contract
  return { hub, upstream, heads, accepts, issuer, running, set, clock };
}

/** The clock of the process, which can be put forward. */
function movable() {
  let ahead = 0;
  return {
    clock: { wall: () => Date.now() + ahead, monotonic: () => performance.now() + ahead },
    forward: (ms: number) => {
      ahead += ms;
    },
  };
}

const problem = async (hub: TestHub) =>
  ((await hub.rest("GET", "/servers/safe")) as ServerDetail).instances[0]?.problem; // held to the contract

const call = async (hub: TestHub) =>
  (await new ModernClient(hub.url).call("safe__echo").done).response;

describe("an OAuth client for a server", () => {
  test("brings tokens of its issuer, for that server, one for all calls", async () => {
    const { hub, upstream, heads, issuer, set } = await world();
    const answer = await set({ scope: "tools:call" });
    expect(answer.credentials).toMatchObject([
      { name: "Authorization", kind: "oauth-client", tokenEndpoint: expect.any(String) },
    ]);
    await hub.whenUp("safe");
    heads.splice(0);
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(hub)));
    expect(answers.filter(({ result }) => result === undefined)).toEqual([]);
    expect(issuer.asked.length).toBe(1);
    const [{ form, authorization } = { form: new URLSearchParams(), authorization: "" }] =
      issuer.asked;
    expect(Object.fromEntries(form)).toEqual({
      grant_type: "client_credentials",
      scope: "tools:call",
      resource: upstream.endpoint,
    });
    const encoded = "the+hub:s3cr3t+of%2Fthe%2Bclient";
    expect(authorization).toBe(`Basic ${Buffer.from(encoded).toString("base64")}`);
    expect(new Set(heads.map((head) => head.authorization))).toEqual(new Set(["Bearer token-1"]));
    const shown = JSON.stringify([
      await hub.rest("GET", "/servers/safe"),
      await hub.rest("GET", "/servers/safe/credentials"),
      await hub.rest("POST", "/diagnose", { server: "safe" }),
    ]);
    expect(shown).not.toMatch(/s3cr3t|token-1/);
  });

  test("may show who it is in the form, and ask for another resource", async () => {
    const { hub, issuer, set } = await world();
    await set({ authentication: "post", resource: "https://tools.example/mcp" });
    await hub.whenUp("safe");
    expect(Object.fromEntries(issuer.asked[0]?.form ?? [])).toEqual({
      grant_type: "client_credentials",
      resource: "https://tools.example/mcp",
      client_id: "the hub",
      client_secret: clientSecret,
    });
    expect(issuer.asked[0]?.authorization).toBeUndefined();
  });

  test("gets a new token shortly before the old one ends, once for many", async () => {
    const { hub, issuer, set, clock } = await world();
    await set();
    await hub.whenUp("safe");
    clock.forward(3_500_000);
    await call(hub);
    expect(issuer.tokens).toBe(1);
    clock.forward(75_000);
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(hub)));
    expect(issuer.tokens).toBe(2);
    expect(answers.filter(({ result }) => result === undefined)).toEqual([]);
  });

  test("gets a new one after the server refused the old one, and does not hammer the issuer", async () => {
    const { hub, issuer, accepts, set, clock } = await world();
    await set();
    await hub.whenUp("safe");
    accepts.only = "token-2";
    // As young as it is, another one would not be better.
    await call(hub);
    await call(hub);
    expect(issuer.tokens).toBe(1);
    clock.forward(40_000);
    await call(hub);
    await hub.rest("POST", "/servers/safe/probe");
    await until("a call to be let in", async () => (await call(hub)).result !== undefined);
    expect(issuer.tokens).toBe(2);
  });

  const refusals = {
    "it refuses the client": [
      { status: 401, body: { error: "invalid_client", error_description: "s3cr3t said" } },
      /answers HTTP 401, invalid_client/,
    ],
    "it answers an error of its own": [
      { status: 500, body: { error: "s3cr3t" } },
      /answers HTTP 500\./,
    ],
    "its token is no bearer token": [
      { status: 200, body: { access_token: "a", token_type: "mac" } },
      /no token of the type Bearer/,
    ],
    "its token cannot be sent": [
      { status: 200, body: { access_token: "a\r\nb: c", token_type: "Bearer" } },
      /no token that can be sent/,
    ],
    "it redirects": [{ status: 302, body: {} }, /answers HTTP 302/],
  } as const;
  test.each(Object.entries(refusals))(
    "says why there is no token, where %s",
    async (_, [refusal, cause]) => {
      const { hub, heads, issuer, set } = await world();
      issuer.refusal = refusal;
      await set();
      await until(
        "that to be said",
        async () => (await problem(hub))?.code === "CREDENTIAL_NOT_SENT",
      );
      const found = await problem(hub);
      expect(found?.cause).toMatch(cause);
      expect(found?.cause).not.toContain("s3cr3t");
      expect(heads.filter((head) => head.authorization !== undefined)).toEqual([]);
      const calls = issuer.asked.length;
      await Promise.all(Array.from({ length: 5 }, () => call(hub)));
      expect(issuer.asked.length).toBeLessThanOrEqual(calls + 1);
    },
  );

  test("says why there is no token where nobody is, and gets one when somebody is there", async () => {
    const { hub, running, set, clock } = await world();
    await running.close();
    await set();
    await until(
      "that to be said",
      async () => (await problem(hub))?.code === "CREDENTIAL_NOT_SENT",
    );
    expect((await problem(hub))?.cause).toContain("could not be asked (ECONNREFUSED)");
    clock.forward(120_000);
    await hub.rest("POST", "/servers/safe/probe");
    expect(hub.status("safe")).toBe("needs-token");
  });

  const bad = {
    "a plain one elsewhere": { tokenEndpoint: "http://issuer.example/token" },
    "one with a password": { tokenEndpoint: "https://me:pw@issuer.example/token" },
    "one of another scheme": { tokenEndpoint: "file:///etc/passwd" },
    "a scope with a quote": { scope: 'a"b' },
    "a field that nobody knows": { issuer: "https://issuer.example" },
  };
  test.each(Object.entries(bad))("is refused with %s", async (_, more) => {
    const { set, issuer } = await world();
    await expect(set(more)).rejects.toThrow(/400/);
    await set({ ...more }).catch((error: unknown) => expect(String(error)).not.toContain("s3cr3t"));
    expect(issuer.asked).toEqual([]);
  });
});
