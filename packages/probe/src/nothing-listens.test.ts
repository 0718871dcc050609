import { createServer, type Server } from "node:net";
import type { ProbeTarget } from "@hub/core";
import { closedPort, closeServers, createTestDialer } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createNothingListens } from "./nothing-listens.js";

const servers: Server[] = [];

afterEach(async () => {
  await closeServers();
  await Promise.all(
    servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))),
  );
});

/** Accepts connections and says nothing, as a server that hangs. */
function listenAt(host: string, port = 0): Promise<number> {
  const server = createServer(() => undefined);
  servers.push(server);
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

const target = (endpoint: string, more: Partial<ProbeTarget> = {}): ProbeTarget => ({
  endpoint,
  transport: "streamable-http",
  candidates: [],
  ...more,
});

const limitMs = 5_000;

describe("nothing listens", () => {
  const nothingListens = createNothingListens(createTestDialer());

  test("at a closed port", async () => {
    const port = await closedPort();
    for (const host of ["127.0.0.1", "localhost", "[::1]"])
      expect(await nothingListens(target(`http://${host}:${port}/mcp`), limitMs)).toBe(
        host !== "[::1]" || (await hasIpv6()),
      );
  });

  test("is not said of a server that accepts connections and hangs", async () => {
    const port = await listenAt("127.0.0.1");
    expect(await nothingListens(target(`http://127.0.0.1:${port}/mcp`), limitMs)).toBe(false);
    expect(await nothingListens(target(`https://127.0.0.1:${port}/mcp`), limitMs)).toBe(false);
  });

  test.each(["127.0.0.1", "::1"])(
    "is not said of localhost when something listens at %s alone",
    async (host) => {
      if (host === "::1" && !(await hasIpv6())) return;
      const port = await listenAt(host);
      expect(await nothingListens(target(`http://localhost:${port}/mcp`), limitMs)).toBe(false);
    },
  );

  test("is not said while something listens at a candidate", async () => {
    const dead = `http://127.0.0.1:${await closedPort()}/mcp`;
    const port = await listenAt("127.0.0.1");
    const candidates = [dead, `http://127.0.0.1:${port}/mcp`];
    expect(await nothingListens(target(dead, { candidates }), limitMs)).toBe(false);
    expect(await nothingListens(target(dead, { candidates: [dead] }), limitMs)).toBe(true);
  });

  test("is said though a candidate is a name that nobody knows, or no address to dial", async () => {
    const dead = `http://127.0.0.1:${await closedPort()}/mcp`;
    const candidates = ["http://nobody.invalid/mcp", "http://169.254.169.254/mcp"];
    expect(await nothingListens(target(dead, { candidates }), limitMs)).toBe(true);
  });

  test("is not said of a name that cannot be resolved, or an address that is not dialled", async () => {
    for (const endpoint of ["http://nobody.invalid/mcp", "http://169.254.169.254/mcp"])
      expect(await nothingListens(target(endpoint), limitMs)).toBe(false);
  });

  test("is not said of a name that takes too long to resolve", async () => {
    const port = await closedPort();
    const never = createTestDialer({ resolve: () => new Promise(() => undefined) });
    const endpoint = `http://slow.example:${port}/mcp`;
    expect(await createNothingListens(never)(target(endpoint), 50)).toBe(false);
  });

  test("is not said of the hub's own loopback for a server on another machine", async () => {
    const endpoint = `http://localhost:${await closedPort()}/mcp`;
    const elsewhere = target(endpoint, { registeredFrom: "203.0.113.7" });
    expect(await nothingListens(elsewhere, limitMs)).toBe(false);
    const here = target(endpoint, { registeredFrom: "127.0.0.1" });
    expect(await nothingListens(here, limitMs)).toBe(true);
  });
});

async function hasIpv6(): Promise<boolean> {
  return listenAt("::1").then(
    () => true,
    () => false,
  );
}
