import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registrationSchema } from "@hub/core";
import {
  closeAll,
  closedPort,
  closeLater,
  ModernUpstream,
  sendJson,
  serve,
  TestHub,
} from "@hub/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { typed } from "./doctor/ways.js";

afterEach(async () => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  await closeAll();
});

type Answer = {
  readonly ok: boolean;
  readonly problems: readonly {
    readonly code: string;
    readonly cause: string;
    readonly fix: string;
  }[];
};

/** What the doctor of the command line says, with its exit code held to it. */
async function doctor(
  asked: string | undefined,
  environment: Readonly<Record<string, string>>,
): Promise<Answer> {
  const words = ["doctor", ...(asked === undefined ? [] : [asked]), "--json"];
  const { code, stdout, stderr } = await typed(words, environment);
  expect(stderr).toBe("");
  const answer: Answer = JSON.parse(stdout);
  expect(code).toBe(answer.ok ? 0 : 1);
  // Somebody may run a hub at the usual address of this machine while the tests run.
  const isUsual = ({ cause }: Answer["problems"][number]) =>
    cause.includes("was asked, and http://127.0.0.1:8001 answers too");
  return { ...answer, problems: answer.problems.filter((one) => !isUsual(one)) };
}

const codes = ({ problems }: Answer) => problems.map(({ code }) => code);

/** What is at the hub's address and says that it is a hub. */
const hubThatSays = (status: number, headers: Readonly<Record<string, string>> = {}) =>
  serve((_, response) => {
    const body = status === 200 ? { servers: [] } : { code: "SOME_CODE", detail: "No." };
    sendJson(response, status, body, { "mcp-hub-id": "a-hub", ...headers });
  });

describe("from the side of the client, the doctor says", () => {
  test("that the hub is away, and nothing once it runs", async () => {
    const port = await closedPort();
    const environment = { MCP_HUB_URL: `http://127.0.0.1:${port}` };
    expect(codes(await doctor(undefined, environment))).toContain("HUB_AWAY");
    await TestHub.start({ port });
    expect((await doctor(undefined, environment)).ok).toBe(true);
  });

  test("that the address is wrong: another web server, a server's endpoint, a part of the hub", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start();
    const page = await serve((_, response) => void response.end("<h1>Hello</h1>"));
    const at = async (url: string) => codes(await doctor(undefined, { MCP_HUB_URL: url }))[0];
    expect(await at(page.origin)).toBe("NOT_A_HUB");
    expect(await at(upstream.endpoint)).toBe("URL_IS_MCP");
    expect(await at(`${hub.url}/servers/weather/mcp`)).toBe("URL_IS_MCP");
    expect(await at(`${hub.url}/mcp`)).toBe("URL_IS_MCP");
    expect(await doctor(undefined, { MCP_HUB_URL: `${hub.url}/mcp` })).toMatchObject({ ok: true });
  });

  test.each([
    [401, {}, "TOKEN_MISSING"],
    [401, { MCP_HUB_TOKEN: "mh_x" }, "TOKEN_REFUSED"],
    [403, { MCP_HUB_TOKEN: "mh_x" }, "TOKEN_TOO_SMALL"],
  ])("what a %i means with %j: %s", async (status, environment, code) => {
    const { origin } = await hubThatSays(status);
    const answer = await doctor(undefined, { MCP_HUB_URL: origin, ...environment });
    expect(codes(answer)[0]).toBe(code);
    expect(JSON.stringify(answer)).not.toContain("mh_x");
  });

  test("the same of a token in the file that MCP_HUB_TOKEN_FILE names, and why it cannot be read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mcp-hub-doctor-"));
    closeLater(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "token");
    writeFileSync(file, "mh_x\n");
    const { origin } = await hubThatSays(401);
    const at = (MCP_HUB_TOKEN_FILE: string) =>
      doctor(undefined, { MCP_HUB_URL: origin, MCP_HUB_TOKEN_FILE });
    expect(codes(await at(file))[0]).toBe("TOKEN_REFUSED");
    const [problem] = (await at(join(folder, "none"))).problems;
    expect(problem).toMatchObject({ code: "TOKEN_MISSING" });
    expect(problem?.cause).toContain("ENOENT");
  });

  test("that a proxy catches loopback, until NO_PROXY exempts it", async () => {
    const hub = await TestHub.start();
    const proxy = await serve(
      (_, response) => void response.writeHead(502).end("<h1>No route</h1>"),
    );
    vi.stubEnv("HTTP_PROXY", proxy.origin);
    vi.stubEnv("NO_PROXY", "");
    // As a `fetch` that obeys the environment, which that of Node 20 does not do by itself.
    const direct = globalThis.fetch;
    let isExempt = false;
    vi.stubGlobal("fetch", (url: string, init: RequestInit) =>
      direct(isExempt ? url : `${proxy.origin}/${url}`, init),
    );
    const answer = await doctor(undefined, { MCP_HUB_URL: hub.url });
    expect(codes(answer)).toEqual(["PROXY_IN_BETWEEN"]);
    const exempt = /NO_PROXY=(\S+)/.exec(answer.problems[0]?.fix ?? "")?.[1] ?? "";
    vi.stubEnv("NO_PROXY", exempt);
    isExempt = exempt.includes("127.0.0.1");
    expect(await doctor(undefined, { MCP_HUB_URL: hub.url })).toMatchObject({
      ok: true,
      problems: [],
    });
  });

  test("that the hub answers and cannot use its store, and that another hub is silent", async () => {
    const at = new Date().toISOString();
    const hub = (id: string, state: string, isSelf: boolean) => ({
      ...{ id, state, isSelf, version: "1.0.0", startedAt: at, lastSeenAt: at, isLeader: false },
    });
    const answers: Readonly<Record<string, object>> = {
      "/pulse": { at, servers: {}, protection: { since: at, reason: "The database is away." } },
      "/hubs": { hubs: [hub("0123", "working", true), hub("4567", "silent", false)] },
      "/servers": { servers: [] },
    };
    const { origin } = await serve((request, response) => {
      const path = new URL(request.url ?? "/", "http://hub").pathname;
      const known = answers[path];
      const unready = { code: "STORE_UNAVAILABLE", detail: "The database is away." };
      sendJson(response, known === undefined ? 503 : 200, known ?? unready, {
        "mcp-hub-id": "a-hub",
      });
    });
    const answer = await doctor(undefined, { MCP_HUB_URL: origin });
    expect(codes(answer)).toEqual(["HUB_NOT_READY", "HUB_SILENT"]);
    expect(answer.ok).toBe(false);
    expect(answer.problems[0]?.cause).toContain("The database is away.");
  });

  test("that the clocks are apart", async () => {
    const { origin } = await hubThatSays(200, {
      date: new Date(Date.now() + 600_000).toUTCString(),
    });
    expect(codes(await doctor(undefined, { MCP_HUB_URL: origin }))).toEqual(["CLOCKS_APART"]);
  });

  test("that a server is registered at another hub, or at none", async () => {
    const [here, there] = [await TestHub.start(), await TestHub.start()];
    const upstream = await ModernUpstream.start({ name: "weather" });
    await there.register("weather", upstream);
    const environment = { MCP_HUB_URL: `${here.url},${there.url}` };
    const answer = await doctor("weather", environment);
    expect(codes(answer)).toEqual(["OTHER_HUB", "TWO_HUBS"]);
    expect(answer.problems[0]?.fix).toContain(`--hub ${there.url}`);
    expect(codes(await doctor("nobody", { MCP_HUB_URL: there.url }))).toContain("NOT_REGISTERED");
    await here.register("weather", upstream);
    expect(codes(await doctor("weather", environment))).toEqual(["TWO_HUBS"]);
  });

  test("that a server is reached from here and not from the hub", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start({ name: "something of this machine" });
    const said = { name: "Far away", transport: "http", endpoint: upstream.endpoint };
    await hub.registry.register(registrationSchema.parse(said), { from: "192.0.2.44" });
    const answer = await doctor("far-away", { MCP_HUB_URL: hub.url });
    expect(codes(answer)).toEqual(["LOOPBACK_ELSEWHERE", "ONLY_FROM_HERE"]);
  });

  test("nothing about the way to a server that accepts connections and never answers", async () => {
    const hub = await TestHub.start();
    const stuck = await serve((request) => void request.resume());
    const answer = await doctor(`${stuck.origin}/mcp`, { MCP_HUB_URL: hub.url });
    expect(codes(answer)).toEqual(["TOO_SLOW"]);
  });

  test("of all servers that are not up what is wrong, when none is named", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start({ name: "weather" });
    await hub.register("weather", upstream);
    await hub.announce("gone", `http://127.0.0.1:${await closedPort()}/mcp`);
    const { code, stdout } = await typed(["doctor", "--hub", hub.url]);
    expect(code).toBe(1);
    expect(stdout).toContain("Nothing listens at");
    expect(stdout).toContain("fix: Start the server");
    expect(stdout).not.toContain("weather");
  });
});
