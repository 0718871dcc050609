import type { ToolsetPreview } from "@hub/api";
import {
  closeAll,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  type Payload,
  TestHub,
} from "@hub/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let hub: TestHub;

beforeEach(async () => {
  hub = await TestHub.start();
  await hub.register("mail", await LegacyUpstream.start({ tools: ["send", "reset", "echo"] }));
  await hub.register("crm", await ModernUpstream.start({ tools: ["find", "echo"] }));
});
afterEach(closeAll);

const preview = async (definition: Payload, query = "") =>
  // As its description says.
  (await hub.rest("POST", `/toolsets/preview${query}`, definition)) as ToolsetPreview;

async function listed(definition: Payload): Promise<readonly Payload[]> {
  const { id, url } = (await hub.rest("POST", "/toolsets", { name: "Desk", ...definition })) as {
    readonly id: string;
    readonly url: string;
  }; // as its description says
  const { result } = await new ModernClient(hub.url, { path: url }).ask("tools/list");
  await hub.rest("DELETE", `/toolsets/${id}`);
  return (result?.tools ?? []) as readonly Payload[]; // what every list of tools holds
}

const tokensOf = (tools: unknown) => Math.round(JSON.stringify({ tools }).length / 4);

describe("a preview of a toolset", () => {
  test("is what its endpoint lists once it is saved, and costs what that list costs", async () => {
    const definitions: readonly Payload[] = [
      {},
      { servers: ["mail"], deny: ["mail/reset"] },
      {
        allow: ["crm/*", "mail/send"],
        overrides: { "crm/find": { name: "look_up", title: "Up" } },
      },
      { prefix: "never" },
      { overrides: { "mail/send": { description: "Sends — to many." } }, prefix: "never" },
      { allow: [] },
    ];
    for (const definition of definitions) {
      const tools = await listed(definition);
      const shown = await preview(definition);
      const told = ({ name, title, description }: Payload) => ({ name, title, description });
      expect(shown.tools.map(told)).toEqual(tools.map(told));
      expect(shown.toolCount).toBe(tools.length);
      expect(shown.tokens.listed).toBe(tokensOf(tools));
      expect(shown.tokens.all).toBe(tokensOf(tools));
    }
    expect(await hub.rest("GET", "/toolsets")).toEqual({ toolsets: [] });
  });

  test("in search mode lists the hub's tools, and says what they find", async () => {
    const definition = { servers: ["crm"], mode: "search" };
    const tools = await listed(definition);
    const shown = await preview(definition);
    expect(shown.hubTools).toEqual(tools.map(({ name }) => name));
    expect(shown.tools.map(({ name }) => name)).toEqual(["crm__echo", "crm__find"]);
    expect(shown.tokens.listed).toBe(tokensOf(tools));
    expect(shown.tokens.search).toBe(tokensOf(tools));
    const plain = await preview({ servers: ["crm"] });
    expect(shown.tokens.all).toBe(plain.tokens.listed);
    expect(plain.hubTools).toEqual([]);
  });

  test("says what everything costs that /mcp lists", async () => {
    const { result } = await new ModernClient(hub.url, { path: "/mcp" }).ask("tools/list");
    expect((await preview({ allow: [] })).tokens.everything).toBe(tokensOf(result?.tools));
  });

  test("says what is left out, and what it names that nobody has", async () => {
    const shown = await preview({
      prefix: "never",
      servers: ["mail", "crm", "later"],
      deny: ["crm/fnd", "gone/*"],
    });
    expect(shown.dropped).toEqual([
      { name: "echo", servers: ["crm", "mail"], reason: expect.stringContaining("other names") },
    ]);
    expect(shown.unknownTools).toEqual(["crm/fnd"]);
    expect(shown.unknownServers).toEqual(["later", "gone"]);
    expect(shown.missing).toMatchObject([{ server: "later", status: "unknown", listed: false }]);
  });

  test("holds as many tools as are asked for, and counts all", async () => {
    const shown = await preview({}, "?limit=1");
    expect([shown.tools.length, shown.toolCount]).toEqual([1, 5]);
  });

  test("refuses what could not be saved, but needs no name", async () => {
    await expect(preview({ servers: ["No Id"] })).rejects.toThrow(/400 .*\/servers\/0/);
    await expect(preview({ name: "" })).rejects.toThrow(/400 .*\/name/);
  });

  test("follows what is typed also where it has the id of a saved toolset", async () => {
    const saved = { id: "desk", name: "Desk", servers: ["mail"] };
    await hub.rest("POST", "/toolsets", saved);
    const names = async (definition: Payload) =>
      (await preview(definition)).tools.map(({ name }) => name);
    const mail = ["mail__echo", "mail__reset", "mail__send"];
    expect(await names(saved)).toEqual(mail);
    expect(await names({ ...saved, servers: ["crm"] })).toEqual(["crm__echo", "crm__find"]);
    await hub.rest("PUT", "/toolsets/desk", { ...saved, deny: ["mail/echo"] });
    expect(await names({ ...saved, deny: ["mail/echo"] })).toEqual(mail.slice(1));
    expect(await names(saved)).toEqual(mail);
  });

  test("stands in nobody's way: a toolset may have its name", async () => {
    await hub.rest("POST", "/toolsets", { id: "preview", name: "Preview" });
    expect(await hub.rest("GET", "/toolsets/preview")).toMatchObject({ id: "preview" });
    await hub.rest("DELETE", "/toolsets/preview");
  });
});
