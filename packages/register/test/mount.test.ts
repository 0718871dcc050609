import { createServer } from "node:http";
import { serve as serveHono } from "@hono/node-server";
import { freePort, until } from "@hub/testing";
import express, { Router } from "express";
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { register } from "../src/index.js";
import { portOf, stop } from "../src/serve/listen.js";
import { greets, useHub } from "./support/harness.js";
import { createV1, createV2 } from "./support/servers.js";

const harness = useHub();
const { start } = harness;

describe("mounted", () => {
  test("in a Hono app, with its base path, on the server's port", async () => {
    const app = new Hono().basePath("/tools");
    const http = serveHono({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    harness.cleanups.push(() => stop(http as never));
    const registered = await start(createV2(), { mount: app, server: http as never }).ready;
    expect(registered.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/tools\/mcp$/);
    await greets(registered.url);
  });

  test("in an Express app that parses bodies, given the port only, once it listens", async () => {
    const port = await freePort();
    const app = express();
    app.use(express.json());
    const registered = start(createV1(), { mount: app, port, path: "/ai/mcp" });
    app.get("/", (_request, response) => void response.send("home"));
    const http = app.listen(port, "127.0.0.1");
    harness.cleanups.push(() => stop(http));
    await registered.ready;
    expect(new URL(registered.url ?? "").pathname).toBe("/ai/mcp");
    await greets(`http://127.0.0.1:${port}/ai/mcp`);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("home");
  });

  test("in an Express sub-app, which knows where it is mounted", async () => {
    const app = express();
    const inner = express();
    app.use("/inner", inner);
    const http = createServer(app);
    const registered = start(() => createV1(), { mount: inner, server: http });
    http.listen(0, "127.0.0.1");
    harness.cleanups.push(() => stop(http));
    await registered.ready;
    expect(new URL(registered.url ?? "").pathname).toBe("/inner/mcp");
    await greets(registered.url);
  });

  test("in an Express router, which is told or learns where it is mounted", async () => {
    const app = express();
    const [told, learns] = [Router(), Router()];
    app.use("/told", told);
    app.use("/learnt", learns);
    const http = app.listen(0, "127.0.0.1");
    harness.cleanups.push(() => stop(http));
    const first = await start(createV1(), { mount: told, server: http, mountedAt: "/told" }).ready;
    expect(new URL(first.url ?? "").pathname).toBe("/told/mcp");
    const second = await start(createV2(), { mount: learns, server: http }).ready;
    await greets(`http://127.0.0.1:${portOf(http)}/learnt/mcp`);
    expect(new URL(second.url ?? "").pathname).toBe("/learnt/mcp");
    await until(
      "the corrected URL",
      () => harness.hub.registrations().at(-1)?.endpoint === second.url,
    );
  });

  test("in a node server, before its own listener, once it listens", async () => {
    const http = createServer((_request, response) => void response.end("home"));
    const registered = start(createV1(), { mount: http });
    http.listen(0, "127.0.0.1");
    harness.cleanups.push(() => stop(http));
    await registered.ready;
    await greets(registered.url);
    expect(await (await fetch(`http://127.0.0.1:${registered.port}/`)).text()).toBe("home");
  });

  test("by hand, with fetch or node", async () => {
    const app = express();
    const http = app.listen(0, "127.0.0.1");
    harness.cleanups.push(() => stop(http));
    const registered = start(createV1(), { mount: "manual", server: http, path: "/by-hand" });
    app.use("/by-hand", registered.node);
    await registered.ready;
    await greets(registered.url);
  });

  test("without a way to know the port it is refused at once", () => {
    expect(() => register(createV1(), { mount: new Hono() })).toThrow("needs to know where");
  });
});
