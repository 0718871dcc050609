import { parse as parseToml } from "smol-toml";
import { describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import type { ConnectClient, Wanted } from "./connect-client.js";
import { connectClients } from "./connect-clients.js";
import { unifiedDifference } from "./difference.js";
import { planAdd, planRemove } from "./plan.js";
import { EditRefused } from "./refusal.js";

const hub = "http://127.0.0.1:8001";
const wanted: Wanted = {
  name: "hub",
  url: `${hub}/mcp`,
  tokenVariable: "MCP_HUB_TOKEN",
  hasTokenFile: false,
  bridge: { command: "node", args: ["mcp-hub.js", "stdio", "--hub", hub] },
};
const add = (client: ConnectClient, text: string | undefined, more: Partial<Wanted> = {}) =>
  planAdd(text, { client, wanted: { ...wanted, ...more }, hub, replace: false });

const parse = (client: ConnectClient, text: string): unknown =>
  client.format === "json"
    ? JSON.parse(text)
    : client.format === "toml"
      ? parseToml(text)
      : parseYaml(text);

const named = (id: string) => {
  const client = connectClients.find((one) => one.id === id);
  if (client === undefined) throw new Error(id);
  return client;
};

describe.each(connectClients.map((client) => [client.id, client] as const))("%s", (_, client) => {
  test("gets a new file that is valid, names the hub and holds no token", () => {
    for (const tokenVariable of [undefined, "MCP_HUB_TOKEN"]) {
      const text = add(client, undefined, { tokenVariable });
      expect(JSON.stringify(parse(client, text))).toContain(hub);
      expect(add(client, text, { tokenVariable })).toBe(text);
      // Ours alone, so there is no file without it.
      expect(planRemove(text, { client, wanted }, [])).toBeUndefined();
    }
  });

  test("goes from without a token to with one and back, whatever was the first", () => {
    const without = add(client, undefined, { tokenVariable: undefined });
    const withToken = add(client, without);
    expect(parse(client, add(client, withToken))).toEqual(parse(client, withToken));
    expect(parse(client, withToken)).toEqual(parse(client, add(client, undefined)));
  });

  test("is given back as it was when nothing else changed since", () => {
    const first = { json: '{"x": {}\n}', toml: "x = 1 # x\n\n", yaml: "x: 1\nmcpServers:\n" };
    const text = first[client.format];
    expect(planRemove(add(client, text), { client, wanted }, ["", text, "other"])).toBe(text);
  });

  test("is not written over an entry of the same name that leads elsewhere", () => {
    const other = add(client, undefined, {
      url: "https://example.com/mcp",
      bridge: { command: "npx", args: ["-y", "x"] },
    });
    expect(() => add(client, other)).toThrow(EditRefused);
    const replaced = planAdd(other, { client, wanted, hub, replace: true });
    expect(parse(client, replaced)).toEqual(parse(client, add(client, undefined)));
  });
});

test("an input that another entry refers to stays when ours goes", () => {
  const client = named("vscode");
  const text = `{
  "servers": {
    "b": { "type": "http", "url": "http://b", "headers": { "X": "\${input:mcp-hub-token}" } }
  }
}
`;
  const back = planRemove(add(client, text), { client, wanted }, []);
  expect(back).toContain('"id": "mcp-hub-token"');
  expect(back).not.toContain('"hub"');
});

test("a difference shows no text of another server", () => {
  const secrets = [
    "hunter2",
    "ghp_abcdefghij",
    "sk-live-abcdefghijklmnop",
    "dXNlcjpwYXNz",
    "s3cr3t",
  ];
  const [a = "", b = "", c = "", d = "", e = ""] = secrets;
  const json = `{
  "mcpServers": {
    // "env": { "OLD": "${a}" } Bearer ${c}
    // password: ${a}, or '${b}' ${a}
    /* ${a} */
    "x": { "env": { "T": "${b}" }, "args": ["--key", "${a}"], "url": "https://u:${e}@h/?k=${a}", // ${a} "x" ${a}
      "headers": {
        "Authorization": "Basic ${d}"
      }, "args": [
        "${a}",
        "--password=${e}"
      ]
    }
  }
}
`.replace(`, "args": [\n        "${a}"`, `, "more": [\n        "${a}"`);
  const toml = `[mcp_servers.x]\nenv = { T = "${b}", U = '${a}' }\nargs = [\n  "${a}",\n]\ntext = """\n${a} ${e}\n"""\n# TOKEN=${c}\nlast = 1 # ${a} "${b}"\n`;
  const yaml = `mcpServers:\n  - name: x\n    env:\n      T: ${a}\n      U: "${b}"\n    args:\n      - ${e}\n    flow: { a: ${a}, b: "${b}", c: [${e}] }\n    text: |\n      ${a}\n      ${d} # ${c}\n`;
  for (const [id, before] of [
    ["cursor", json],
    ["codex", toml],
    ["continue", yaml],
  ] as const) {
    const client = named(id);
    for (const [from, to] of [
      [before, add(client, before)],
      [add(client, before), before],
      [before, ""],
    ] as const) {
      const shown = unifiedDifference({
        name: "f",
        before: from,
        after: to,
        isOurs: (text) => text.startsWith(hub),
      });
      for (const secret of secrets) expect(shown).not.toContain(secret);
    }
    const added = unifiedDifference({
      name: "f",
      before,
      after: add(client, before),
      isOurs: (text) => text.startsWith(hub),
    });
    expect(added).toContain(`${hub}/mcp`);
    expect(added).toContain("@@ -");
  }
});
