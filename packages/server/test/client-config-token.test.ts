import type { ClientConfig } from "@hub/api";
import { clients } from "@hub/api/config";
import { MemoryStore } from "@hub/core";
import { closeAll, closeLater } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { startHub } from "../src/index.js";

afterEach(closeAll);

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A hub, and what it says to each client; with tokens, to somebody who has one. */
async function startAsking({ hasTokens }: { readonly hasTokens: boolean }) {
  const hub = await startHub({ store: () => new MemoryStore(), config: { port: 0 }, log: silent });
  closeLater(() => hub.stop());
  let token: string | undefined;
  if (hasTokens) {
    const made = await fetch(`${hub.url}/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "operator", grants: [{ action: "admin" }] }),
    });
    const answer: { readonly token: string } = JSON.parse(await made.text());
    token = answer.token;
  }
  return async (client: string): Promise<ClientConfig> => {
    const answer = await fetch(`${hub.url}/config/${client}`, {
      headers: {
        accept: "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    expect(answer.status).toBe(200);
    const text = await answer.text();
    if (token !== undefined) expect(text).not.toContain(token);
    return JSON.parse(text);
  };
}

/** What each client's text has of the token, as that client reads variables. */
const named: Readonly<Record<string, string>> = {
  "claude-code": `--header 'Authorization: Bearer \${MCP_HUB_TOKEN}'\n`,
  "claude-desktop": `"Authorization:Bearer \${MCP_HUB_TOKEN}"`,
  vscode: `"Authorization": "Bearer \${input:mcp-hub-token}"`,
  cursor: `"Authorization": "Bearer \${env:MCP_HUB_TOKEN}"`,
  windsurf: `"Authorization": "Bearer \${env:MCP_HUB_TOKEN}"`,
  zed: `"Authorization:Bearer \${MCP_HUB_TOKEN}"`,
  continue: `Authorization: "Bearer \${{ secrets.MCP_HUB_TOKEN }}"`,
  codex: 'bearer_token_env_var = "MCP_HUB_TOKEN"',
  gemini: `"Authorization": "Bearer \${MCP_HUB_TOKEN}"`,
  "copilot-cli": `"Authorization": "Bearer \${MCP_HUB_TOKEN}"`,
  opencode: '"Authorization": "Bearer {env:MCP_HUB_TOKEN}"',
  "qwen-code": `"Authorization": "Bearer \${MCP_HUB_TOKEN}"`,
};

describe("a hub that asks for tokens", () => {
  test("says so to every client, and names the variable in the way each reads it", async () => {
    const ask = await startAsking({ hasTokens: true });
    for (const { id } of clients) {
      const { text, notes } = await ask(id);
      expect([id, notes[0]]).toEqual([
        id,
        expect.stringMatching(/^This hub asks for a token\. Set `MCP_HUB_TOKEN` .*token create/),
      ]);
      const reference = named[id];
      if (reference === undefined)
        expect([id, notes[0]]).toEqual([id, expect.stringContaining("Authorization")]);
      else expect([id, text]).toEqual([id, expect.stringContaining(reference)]);
      if (id !== "vscode") expect(text).not.toContain("input");
    }
  });

  test("puts the header into links that install it", async () => {
    const ask = await startAsking({ hasTokens: true });
    const [cursor] = (await ask("cursor")).installLinks;
    const config = new URL(cursor?.href ?? "").searchParams.get("config") ?? "";
    expect(JSON.parse(atob(config)).headers.Authorization).toMatch(/^Bearer \$\{env:/);

    const { installLinks, text } = await ask("vscode");
    const entry = JSON.parse(decodeURIComponent(installLinks[0]?.href.split("?")[1] ?? ""));
    const { inputs } = JSON.parse(text);
    expect(inputs).toMatchObject([{ id: "mcp-hub-token", password: true }]);
    expect(entry).toMatchObject({
      inputs,
      headers: { Authorization: `Bearer \${input:mcp-hub-token}` },
    });
  });
});

test("an open hub names no token", async () => {
  const ask = await startAsking({ hasTokens: false });
  for (const { id } of clients) {
    const { text, notes, installLinks } = await ask(id);
    expect([id, JSON.stringify([text, notes, installLinks])]).toEqual([
      id,
      expect.not.stringMatching(/MCP_HUB_TOKEN|Authorization/),
    ]);
  }
});
