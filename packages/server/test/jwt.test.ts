import { createHmac, createPublicKey } from "node:crypto";
import type { Clock } from "@hub/core";
import { closeAll, ModernClient, OidcIssuer, serve, TestHub, until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

/** Time as it is, and some more. */
class AheadClock implements Clock {
  aheadMs = 0;

  wall(): number {
    return Date.now() + this.aheadMs;
  }

  monotonic(): number {
    return performance.now() + this.aheadMs;
  }
}

const base64url = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** Status and problem of a request with a token. */
async function ask(url: string, token: string, path = "/servers") {
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const body = (await answer.json()) as { readonly code?: string; readonly detail?: string }; // or a list
  return { status: answer.status, headers: answer.headers, body };
}

async function start(clock = new AheadClock()) {
  const issuer = await OidcIssuer.start({ algorithms: ["RS256", "ES256", "PS256", "EdDSA"] });
  const hub = await TestHub.start({ clock, oidc: { people: { issuer: issuer.url } } });
  const ada = { sub: "ada", aud: hub.url, scope: "hub:read" };
  return { issuer, hub, clock, ada };
}

describe("a token of the issuer", () => {
  test.each(["RS256", "ES256", "PS256", "EdDSA"] as const)(
    "signed with %s is taken",
    async (alg) => {
      const { issuer, hub, ada } = await start();
      const token = await issuer.sign({ ...ada, email: "ada@example.com" }, { alg });
      expect((await ask(hub.url, token)).status).toBe(200);
      expect((await ask(hub.url, token, "/whoami")).body).toMatchObject({
        kind: "person",
        id: `${issuer.url} ada`,
        name: "ada@example.com",
        grants: [{ action: "read" }],
        isOpen: false,
      });
    },
  );

  test("allows what its scopes say, and no more", async () => {
    const { issuer, hub, ada } = await start();
    const none = await ask(hub.url, await issuer.sign({ ...ada, scope: "openid profile" }));
    expect(none.status).toBe(403);
    expect(none.headers.get("www-authenticate")).toContain(
      `error="insufficient_scope", scope="hub:read", resource_metadata="${hub.url}/.well-known/oauth-protected-resource"`,
    );
    const reader = await issuer.sign(ada);
    const refused = await new ModernClient(hub.url, { token: reader }).send("tools/list").done;
    expect(refused.status).toBe(403);
    expect(refused.headers["www-authenticate"]).toBe(
      `Bearer realm="mcp-hub", error="insufficient_scope", scope="hub:call", resource_metadata="${hub.url}/.well-known/oauth-protected-resource/mcp"`,
    );
    // Some issuers call it `scp`, and write a list.
    const caller = await issuer.sign({ ...ada, scope: undefined, scp: ["hub:call"] });
    expect((await ask(hub.url, caller)).status).toBe(200);
    const listed = await new ModernClient(hub.url, { token: caller }).ask("tools/list");
    expect(listed.result).toBeDefined();
  });

  test("that a program has of its own is a workload's", async () => {
    const { issuer, hub, ada } = await start();
    const token = await issuer.sign({ ...ada, sub: "nightly", client_id: "nightly" });
    expect((await ask(hub.url, token, "/whoami")).body).toMatchObject({ kind: "workload" });
  });

  test("for one MCP endpoint is good there only", async () => {
    const { issuer, hub, ada } = await start();
    const token = await issuer.sign({ ...ada, aud: `${hub.url}/mcp`, scope: "hub:call" });
    const at = (path: string) =>
      new ModernClient(hub.url, { path, token }).send("tools/list").done.then((one) => one.status);
    expect([await at("/mcp"), await at("/mcp?hub=off"), await at("/mcp/")]).toEqual([
      200, 200, 200,
    ]);
    expect([await at("/servers/tides/mcp"), await at("/toolsets/a/mcp")]).toEqual([401, 401]);
    expect((await ask(hub.url, token)).status).toBe(401);
  });

  test("is for the hub by any of its names, with or without a slash, and in a list", async () => {
    const { issuer, hub, ada } = await start();
    const byName = `http://localhost:${hub.port}`;
    for (const aud of [`${hub.url}/`, byName, `${byName}/`, ["other", hub.url]])
      expect((await ask(hub.url, await issuer.sign({ ...ada, aud }))).status).toBe(200);
  });
});

describe("a token is refused", () => {
  const seconds = () => Math.floor(Date.now() / 1_000);

  test.each([
    ["for another audience", { aud: "https://other.example" }],
    ["for a hub whose URL begins alike", { aud: "http://127.0.0.1:1" }],
    ["for another path of the hub", { aud: "/nothing" }],
    ["that has expired", { exp: seconds() - 31 }],
    ["that does not expire", { exp: undefined }],
    ["that is not valid yet", { nbf: seconds() + 300 }],
    ["of another issuer", { iss: "https://issuer.example" }],
    ["of an issuer with a slash more", { iss: "/" }],
    ["without an audience", { aud: undefined }],
    ["without a subject", { sub: undefined }],
    ["with a number for a subject", { sub: 7 as unknown as string }],
  ])("%s", async (_, changed) => {
    const { issuer, hub, ada } = await start();
    const { iss, aud } = changed as { readonly iss?: string; readonly aud?: string };
    const claims = {
      ...ada,
      ...changed,
      ...(iss === "/" ? { iss: `${issuer.url}/` } : {}),
      ...(aud === "/nothing" ? { aud: `${hub.url}/nothing` } : {}),
    };
    const { status, headers, body } = await ask(hub.url, await issuer.sign(claims));
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(body).toMatchObject({ code: "UNAUTHENTICATED", credential: "invalid" });
  });

  test("that nobody signed, or that is signed with what everybody knows", async () => {
    const { issuer, hub, ada } = await start();
    const claims = { iss: issuer.url, ...ada, exp: seconds() + 300 };
    const { kid } = issuer.publicKey();
    const forged = (header: object, secret?: string) => {
      const signed = `${base64url(header)}.${base64url(claims)}`;
      const signature =
        secret === undefined ? "" : createHmac("sha256", secret).update(signed).digest("base64url");
      return `${signed}.${signature}`;
    };
    const jwk = issuer.publicKey();
    const pem = createPublicKey({ key: jwk, format: "jwk" }).export({
      type: "spki",
      format: "pem",
    });
    const genuine = await issuer.sign(ada);
    const [head = "", payload = "", signature = ""] = genuine.split(".");
    const tokens = {
      "no algorithm": forged({ alg: "none", kid }),
      "no algorithm, shouted": forged({ alg: "NONE", kid }),
      "the public key as a secret": forged({ alg: "HS256", kid }, String(pem)),
      "the public key as JSON as a secret": forged({ alg: "HS256", kid }, JSON.stringify(jwk)),
      "a key of its own in the header": forged({ alg: "RS256", kid, jwk }, "x"),
      "other claims": `${head}.${base64url({ ...claims, scope: "hub:admin" })}.${signature}`,
      "half a signature": `${head}.${payload}.${signature.slice(0, 20)}`,
      "no signature": `${head}.${payload}.`,
      "a header that is no JSON": `${base64url("{")}.${payload}.${signature}`,
      "claims that are no JSON": `${head}.${base64url("{")}.${signature}`,
      "claims that are a list": `${head}.${base64url([])}.${signature}`,
      "a critical extension": forged({ alg: "RS256", kid, crit: ["b64"], b64: false }, "x"),
    };
    for (const [what, token] of Object.entries(tokens)) {
      const { status } = await ask(hub.url, token);
      expect([what, status]).toEqual([what, 401]);
      const call = await new ModernClient(hub.url, { token }).send("tools/list").done;
      expect([what, call.status]).toEqual([what, 401]);
    }
  });

  test("with a key that the issuer does not have, or of a kind that says not who somebody is", async () => {
    const { issuer, hub, ada } = await start();
    for (const header of [
      { kid: "unknown" },
      { typ: "logout+jwt" },
      { typ: "secevent+jwt" },
      { typ: "dpop+jwt" },
    ])
      expect((await ask(hub.url, await issuer.sign(ada, { header }))).status).toBe(401);
    for (const typ of ["JWT", "application/at+jwt", "AT+JWT"])
      expect((await ask(hub.url, await issuer.sign(ada, { header: { typ } }))).status).toBe(200);
  });

  test("that is longer than any honest one", async () => {
    const { issuer, hub, ada } = await start();
    const token = await issuer.sign({ ...ada, more: "x".repeat(9_500) });
    const { status, body } = await ask(hub.url, token);
    expect([status, body.detail]).toEqual([401, "A token may have at most 12288 characters."]);
  });

  test("once its time is over, also when it was taken before", async () => {
    const { issuer, hub, clock, ada } = await start();
    const token = await issuer.sign(ada);
    for (let times = 0; times < 3; times += 1) expect((await ask(hub.url, token)).status).toBe(200);
    clock.aheadMs = 320_000;
    expect((await ask(hub.url, token)).status).toBe(200);
    clock.aheadMs = 331_000;
    const late = await ask(hub.url, token);
    expect(late.status).toBe(401);
    expect(late.body.detail).toContain("has expired");
  });
});

describe("what a token's holder has open", () => {
  test("ends with its last token", async () => {
    const { issuer, hub, clock, ada } = await start();
    const open = async (token: string) => {
      const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
      const stream = await fetch(`${hub.url}/events`, { headers });
      expect(stream.status).toBe(200);
      let isOver = false;
      const reader = stream.body?.getReader();
      const read = async () => {
        while ((await reader?.read())?.done === false);
        isOver = true;
      };
      void read().catch(() => {
        isOver = true;
      });
      return () => isOver;
    };
    const first = await open(await issuer.sign(ada));
    const bert = await open(await issuer.sign({ ...ada, sub: "bert" }));
    const exp = Math.floor(Date.now() / 1_000) + 600;
    // Whoever gets another token in time keeps what it has open.
    const second = await open(await issuer.sign({ ...ada, exp }));
    clock.aheadMs = 331_000;
    await until("the stream of Bert to end", bert);
    expect([first(), second()]).toEqual([false, false]);
    clock.aheadMs = 631_000;
    await until("both streams of Ada to end", () => first() && second());
  });
});

describe("the keys of the issuer", () => {
  const jwksAsked = (issuer: OidcIssuer) =>
    issuer.requests.filter((one) => one === "GET /jwks").length;

  test("are fetched once, and again for a key that is new, not more often than it is needed", async () => {
    const { issuer, hub, clock, ada } = await start();
    const before = await issuer.sign(ada);
    await Promise.all(Array.from({ length: 8 }, () => ask(hub.url, before)));
    expect(jwksAsked(issuer)).toBe(1);
    await issuer.rotateKeys();
    const after = await issuer.sign(ada);
    // Whoever makes up names of keys must not make the hub ask for each.
    expect((await ask(hub.url, after)).status).toBe(401);
    expect(jwksAsked(issuer)).toBe(1);
    clock.aheadMs = 31_000;
    expect((await ask(hub.url, after)).status).toBe(200);
    expect(jwksAsked(issuer)).toBe(2);
    expect((await ask(hub.url, before)).status).toBe(401);
    expect(jwksAsked(issuer)).toBe(2);
  });

  test("go on counting while the issuer is away", async () => {
    const { issuer, hub, clock, ada } = await start();
    expect((await ask(hub.url, await issuer.sign(ada))).status).toBe(200);
    await issuer.stop();
    clock.aheadMs = 200_000;
    const exp = Math.floor(clock.wall() / 1_000) + 3_000;
    for (const aheadMs of [200_000, 700_000, 1_400_000]) {
      clock.aheadMs = aheadMs;
      const fresh = { ...ada, exp, jti: String(aheadMs) };
      expect((await ask(hub.url, await issuer.sign(fresh))).status).toBe(200);
    }
  });

  test("are needed once: until then the hub says that it cannot tell, and when to ask again", async () => {
    const { issuer, hub, clock, ada } = await start();
    await issuer.stop();
    const token = await issuer.sign(ada);
    const { status, headers, body } = await ask(hub.url, token);
    expect(status).toBe(503);
    expect(headers.get("retry-after")).toBe("5");
    expect(body.code).toBe("ISSUER_UNAVAILABLE");
    const call = await new ModernClient(hub.url, { token }).send("tools/list").done;
    expect(call.status).toBe(503);
    expect(call.response.error?.code).toBe(-31_032);
    expect(hub.warnings).toEqual([
      expect.objectContaining({ event: "issuer-unreachable", issuer: issuer.url }),
    ]);
    await issuer.comeBack();
    clock.aheadMs = 6_000;
    expect((await ask(hub.url, token)).status).toBe(200);
  });

  test.each([
    ["whose metadata is of another", { issuer: "https://other.example" }, "RS256", 503],
    ["whose keys are on another host", { jwks_uri: "https://other.example/jwks" }, "RS256", 503],
    ["whose keys come without TLS", { jwks_uri: "http://issuer.example/jwks" }, "RS256", 503],
    ["whose metadata is long", { more: "x".repeat(300_000) }, "RS256", 503],
    ["that has a secret for a key", {}, "RS256", 401],
    ["whose secret key signs", {}, "HS256", 401],
  ])("are none of an issuer %s", async (_, changed, alg, expected) => {
    const server = await serve((request, response) => {
      response.setHeader("content-type", "application/json");
      const { origin } = server;
      response.end(
        JSON.stringify(
          request.url === "/jwks"
            ? { keys: [{ kty: "oct", k: base64url("everybody knows this one"), kid: "k" }] }
            : { issuer: origin, jwks_uri: `${origin}/jwks`, ...changed },
        ),
      );
    });
    const hub = await TestHub.start({ oidc: { people: { issuer: server.origin } } });
    const claims = { iss: server.origin, sub: "ada", aud: hub.url, exp: 4_000_000_000 };
    const signed = `${base64url({ alg, kid: "k" })}.${base64url(claims)}`;
    const mac = createHmac("sha256", "everybody knows this one").update(signed);
    const { status } = await ask(hub.url, `${signed}.${mac.digest("base64url")}`);
    expect(status).toBe(expected);
  });
});
