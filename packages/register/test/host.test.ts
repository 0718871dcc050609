import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { freePort, until } from "@hub/testing";
import express from "express";
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { stop } from "../src/serve/listen.js";
import { greets, useHub } from "./support/harness.js";
import { createFastMcp, createV1, createV2 } from "./support/servers.js";

/** What `register` does beside its host program, and what it tells the host of it. */
const harness = useHub();
const { start } = harness;

describe("an npm fastmcp server that was started already", () => {
  test("is registered by its address, and served nowhere else", async () => {
    const port = await freePort();
    const server = createFastMcp();
    await server.start({ transportType: "httpStream", httpStream: { port } });
    harness.cleanups.push(() => server.stop());
    const registered = await start(server).ready;
    await until("the registration", () => harness.hub.registrations().length === 1);
    expect(harness.hub.registrations()[0]).toMatchObject({
      name: "Greeter Fast",
      version: "3.0.0",
      endpoint: `http://127.0.0.1:${port}/mcp`,
    });
    expect(registered.port).toBe(port);
    expect(harness.messages().filter((message) => message.startsWith("warn"))).toEqual([]);
    await registered.close();
    // It is the program's, so it goes on.
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  });

  test("at a path that it does not tell is served and registered beside it, and that is said", async () => {
    const port = await freePort();
    const server = createFastMcp();
    await server.start({
      transportType: "httpStream",
      httpStream: { port, endpoint: "/elsewhere" },
    });
    harness.cleanups.push(() => server.stop());
    const registered = await start(server).ready;
    expect(registered.port).not.toBe(port);
    await greets(registered.url);
    expect(harness.messages().join("\n")).toMatch(/warn: "Greeter Fast" was started before/);
  });
});

describe("a server on another address of the loopback network", () => {
  test("is called at that address, and under no name that leads to it", async () => {
    const { url = "" } = await start(createV2, { host: "127.0.0.3" }).ready;
    expect(new URL(url).hostname).toBe("127.0.0.3");
    await greets(url);
    const { port, pathname } = new URL(url);
    for (const [host, status] of [
      [`127.0.0.3:${port}`, 405],
      [`evil.example:${port}`, 403],
      [`127.0.0.3.evil.example:${port}`, 403],
    ] as const) {
      const asked = request({ host: "127.0.0.3", port, path: pathname, headers: { host } }).end();
      const [answer] = await once(asked, "response");
      answer.resume();
      expect([host, answer.statusCode]).toEqual([host, status]);
    }
  });
});

describe("an app that answers before the endpoint", () => {
  const warnings = () => harness.messages().filter((message) => message.startsWith("warn"));

  test("an Express app whose own handlers come first is told so, with what it answers", async () => {
    const app = express();
    app.use((_request, response) => void response.status(404).send("not here"));
    const http = app.listen(0, "127.0.0.1");
    harness.cleanups.push(() => stop(http));
    const registered = await start(createV1(), { mount: app, server: http }).ready;
    await until("the warning", () => warnings().length === 1);
    expect(warnings()[0]).toContain(`the app answers ${registered.url} itself (HTTP 404)`);
    expect(warnings()[0]).toContain("Call `register` before");
  });

  test("so is one that lets nobody in, and a Hono app, and one whose fetch is never called", async () => {
    const locked = express();
    locked.use((_request, response) => void response.status(401).end());
    const lockedHttp = locked.listen(0, "127.0.0.1");
    const hono = new Hono();
    hono.all("*", (context) => context.text("page", 200));
    const { serve } = await import("@hono/node-server");
    const honoHttp = serve({ fetch: hono.fetch, port: 0, hostname: "127.0.0.1" });
    const manual = createServer((_request, response) => void response.writeHead(418).end());
    manual.listen(0, "127.0.0.1");
    for (const http of [lockedHttp, honoHttp, manual])
      harness.cleanups.push(() => stop(http as never));
    start(createV1(), { mount: locked, server: lockedHttp });
    start(createV2(), { mount: hono, server: honoHttp as never });
    start(createV2(), { mount: "manual", server: manual });
    await until("the warnings", () => warnings().length === 3);
    for (const status of [401, 200, 418])
      expect(warnings().join("\n")).toContain(`itself (HTTP ${status})`);
  });

  test("one that does not is told nothing, and its handlers never see the check", async () => {
    const seen: string[] = [];
    const app = express();
    app.use(express.json());
    const http = app.listen(0, "127.0.0.1");
    harness.cleanups.push(() => stop(http));
    const registered = await start(createV1(), { mount: app, server: http }).ready;
    app.use((request, response) => {
      seen.push(request.url);
      response.status(404).end();
    });
    await greets(registered.url);
    await until("the finding", () => harness.log.length === 2);
    expect(warnings()).toEqual([]);
    expect(seen).toEqual([]);
  });
});

test("several servers of one name in one process each have a port of their own", async () => {
  const all = await Promise.all(
    Array.from({ length: 5 }, () => start(createV2(), { name: "Many" }).ready),
  );
  expect(new Set(all.map(({ port }) => port)).size).toBe(5);
  for (const { url } of all) await greets(url);
});

test("an advertised URL that the hub does not reach, and heals, is said to be wrong", async () => {
  harness.hub.instance = {
    status: "up",
    endpoint: "http://127.0.0.1:1/mcp",
    registeredEndpoint: "http://wrong.example/mcp",
  };
  await start(createV1(), { advertiseUrl: "http://wrong.example/mcp" }).ready;
  await until("the warning", () => harness.log.length === 3);
  expect(harness.messages()[2]).toMatch(
    /^warn: the advertised URL http:\/\/wrong\.example\/mcp is wrong: .* uses http:\/\/127\.0\.0\.1:1\/mcp instead/,
  );
});

test("what the hub says of a registration is passed on", async () => {
  harness.hub.intercept = ({ path }) =>
    path === "/register"
      ? {
          status: 201,
          body: {
            server: { id: "a", name: "A" },
            instance: { id: "i" },
            warnings: ["The candidate http://169.254.1.1/mcp was left out."],
          },
        }
      : undefined;
  start(createV1());
  await until("a warning", () => harness.messages().some((message) => message.startsWith("warn")));
  expect(harness.messages().join("\n")).toContain("warn: The candidate http://169.254.1.1/mcp");
});

test("nothing of a URL that is registered is left when it is closed", async () => {
  const http = createServer((_request, response) => void response.writeHead(401).end());
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  harness.cleanups.push(() => stop(http));
  const { port } = http.address() as AddressInfo;
  const registered = start(`http://127.0.0.1:${port}/mcp`);
  await until("the registration", () => harness.hub.registered.length === 1);
  await registered.close();
  expect(harness.hub.registered).toEqual([]);
});
