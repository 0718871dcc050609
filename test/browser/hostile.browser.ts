import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { isLoaded } from "./page.js";
import { cleanStage, open, startHub } from "./stage.js";

cleanStage();

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const payloads = [
  `<script>alert("script")</script>`,
  `<img src=x onerror=alert("img")>`,
  `"><svg onload=alert("svg")>`,
  `javascript:alert("link")`,
  `[click](javascript:alert("markdown")) ![pic](https://evil.example/p.png)`,
  `</style><style>@import "https://evil.example/x.css";</style>`,
  `{{constructor.constructor("alert(1)")()}}`,
].join(" ");

/** A server of 2026-07-28 that writes a payload wherever it may write anything. */
async function startHostile(): Promise<string> {
  const modern = "2026-07-28";
  const schema = {
    type: "object",
    title: payloads,
    description: payloads,
    properties: {
      [`x${payloads}`]: {
        type: "string",
        title: payloads,
        description: payloads,
        default: payloads,
      },
      choice: { type: "string", enum: [payloads, "b"], description: payloads },
    },
  };
  const common = { resultType: "complete", ttlMs: 1_000, cacheScope: "private" };
  const answers: Readonly<Record<string, object>> = {
    "server/discover": {
      ...common,
      supportedVersions: [modern],
      capabilities: { tools: {}, resources: {}, prompts: {} },
      instructions: payloads,
      serverInfo: { name: payloads, title: payloads, version: payloads, websiteUrl: payloads },
      _meta: {
        "io.modelcontextprotocol/serverInfo": {
          name: payloads,
          title: payloads,
          version: payloads,
        },
      },
    },
    "tools/list": {
      ...common,
      tools: [
        {
          name: "bad",
          title: payloads,
          description: payloads,
          inputSchema: schema,
          outputSchema: schema,
          annotations: { title: payloads, readOnlyHint: true },
          icons: [{ src: "https://evil.example/i.png" }],
        },
        { name: payloads.slice(0, 100), description: payloads, inputSchema: schema },
      ],
    },
    "resources/list": {
      ...common,
      resources: [
        {
          uri: `javascript:alert("uri")`,
          name: payloads,
          title: payloads,
          description: payloads,
          mimeType: "text/html",
        },
      ],
    },
    "resources/templates/list": {
      ...common,
      resourceTemplates: [{ uriTemplate: `javascript:{x}`, name: payloads, description: payloads }],
    },
    "prompts/list": {
      ...common,
      prompts: [
        {
          name: "ask",
          title: payloads,
          description: payloads,
          arguments: [{ name: payloads, description: payloads, required: true }],
        },
      ],
    },
    "tools/call": {
      ...common,
      content: [
        { type: "text", text: payloads },
        {
          type: "image",
          data: Buffer.from(payloads).toString("base64"),
          mimeType: "image/svg+xml",
        },
        { type: "resource_link", uri: `javascript:alert("result")`, name: payloads },
        {
          type: "resource",
          resource: { uri: `javascript:alert(1)`, mimeType: "text/html", text: payloads },
        },
      ],
      structuredContent: { [payloads]: payloads },
    },
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method !== "POST") return response.writeHead(405).end();
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      const result = answers[method];
      response.writeHead(result === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(
        JSON.stringify(
          result === undefined
            ? { jsonrpc: "2.0", id, error: { code: -32_601, message: payloads } }
            : { jsonrpc: "2.0", id, result },
        ),
      );
      return undefined;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`; // a TCP server has no other kind
}

describe("a hostile server", () => {
  test("nothing of what it writes runs, on any page", async () => {
    const hub = await startHub();
    const registered = await hub.register({
      name: payloads.slice(0, 190),
      transport: "streamable-http",
      endpoint: await startHostile(),
      title: payloads.slice(0, 190),
      description: payloads,
      version: payloads.slice(0, 40),
      owner: payloads.slice(0, 60),
      tags: ["<b>tag</b>"],
      metadata: { [payloads.slice(0, 90)]: payloads },
    });
    // What the hub refuses of it need not be shown; the rest must be there to prove anything.
    if (!registered.ok) throw new Error(await registered.text());
    // As the description of the API says.
    const { server } = (await registered.json()) as { readonly server: { readonly id: string } };
    const { id } = server;
    await hub.status(id, "up");
    const saved = await fetch(`${hub.url}/toolsets`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        id: "hostile",
        name: payloads.slice(0, 190),
        description: payloads,
        servers: [id],
        overrides: { [`${id}/bad`]: { title: payloads.slice(0, 190), description: payloads } },
      }),
    });
    if (!saved.ok) throw new Error(await saved.text());
    const page = await open(hub);
    const shown = page
      .getByRole("main")
      .getByText(`<script>alert("script")</script>`)
      .filter({ visible: true })
      .first();
    const inPanel = page
      .getByRole("tabpanel")
      .getByText(`<script>alert("script")</script>`)
      .filter({ visible: true })
      .first();
    /** On the page as it is now: the payload is there to read, and no link is one. */
    const check = async () => {
      await shown.waitFor();
      await isLoaded(page);
      const links = await page
        .locator("a[href]")
        .evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
      expect(links.length).toBeGreaterThan(0);
      for (const link of links) expect(link).not.toMatch(/^\s*(javascript|data|vbscript):/i);
    };
    for (const path of ["/", "/?view=table", "/ui/toolsets?new=yes", "/ui/toolsets/hostile"]) {
      await page.goto(path);
      await check();
    }
    for (const tab of ["overview", "tools", "resources", "prompts", "changes"]) {
      await page.goto(`/ui/servers/${id}?tab=${tab}`);
      await inPanel.waitFor();
      await check();
    }
    // These show nothing that a server wrote, below a head that does.
    for (const tab of ["calls", "connect"]) {
      await page.goto(`/ui/servers/${id}?tab=${tab}`);
      await page.getByRole("tab", { selected: true }).first().waitFor();
      await check();
    }
    await page.goto(`/ui/servers/${id}?tab=tools&item=bad`);
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await page.getByText("structured", { exact: false }).first().waitFor();
    await check();
    await page.goto(`/ui/connect?servers=${id}`);
    await page.getByTestId("choice").click();
    await check();
    for (const path of ["/ui/traffic", "/ui/wall", "/ui/toolsets", "/ui/activity"]) {
      await page.goto(path);
      await check();
    }
    // The names of its tools stand in what the journal says of them.
    const offers = page.locator("[data-event]").filter({ hasText: "offers 2 tools" });
    await offers.getByRole("button", { name: /^JSON/ }).click();
    await offers.getByText('"kind": "capabilities-changed"').waitFor();
    await check();
  });
});
