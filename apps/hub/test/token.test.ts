import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeAll, closeLater, freePort, TestHub } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { expiryOf } from "../src/tokens/expiry.js";
import { runInProcess } from "./support/in-process.js";

afterEach(closeAll);

const tokenPattern = /^mh_[A-Za-z0-9]{12}_[A-Za-z0-9]{43}\n$/;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-token-"));
  closeLater(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("tokens on the command line", () => {
  test("are made, listed and revoked by a hub that runs", async () => {
    const hub = await TestHub.start();
    const environment: Record<string, string> = { MCP_HUB_URL: hub.url };
    const run = (...words: string[]) => runInProcess(["token", ...words], { environment });
    const empty = await run("list");
    expect(empty.err).toContain("mcp-hub token create operator --may admin");
    const tooFew = await run("create", "agent", "--may", "call");
    expect([tooFew.code, tooFew.err.split("\n")[0]]).toEqual([
      2,
      expect.stringContaining("The first token must have the grant `admin`"),
    ]);
    const first = await run("create", "operator", "--may", "admin");
    expect(first.code).toBe(0);
    expect(first.out).toMatch(tokenPattern);
    expect(first.err).toContain("(operator) may admin. Keep it: it is shown only now.");
    expect(first.err).toContain("From now on this hub asks everybody for a token");
    expect(first.err).not.toContain(first.out.trim());

    const refused = await run("list");
    expect([refused.code, refused.err]).toEqual([4, expect.stringContaining("Send a token")]);
    environment.MCP_HUB_TOKEN = first.out.trim();
    const narrow = [
      "--server",
      "payments-*",
      "--tag",
      "eu",
      "--tool",
      "list_*",
      "--expires",
      "30d",
    ];
    const agent = await run(
      "create",
      "agent",
      "--may",
      "call",
      "--may",
      "call",
      ...narrow,
      "--json",
    );
    const made = JSON.parse(agent.out);
    expect(made).toMatchObject({
      name: "agent",
      grants: [{ action: "call", servers: ["payments-*"], tags: ["eu"], tools: ["list_*"] }],
    });
    const listed = await run("list");
    expect(listed.out).toContain("call (payments-*; tag eu; tools list_*)");
    expect(listed.out).not.toContain(made.token);
    expect((await run("revoke", made.id)).code).toBe(2);
    expect((await run("revoke", made.id, "--yes")).out).toBe(`Revoked ${made.id}.\n`);
    expect((await run("revoke", made.id, "--yes")).code).toBe(3);
    const own = first.out.split("_")[1] ?? "";
    const last = await run("revoke", own, "--yes");
    expect([last.code, last.err]).toEqual([2, expect.stringContaining("the last token")]);
  });

  test("are written into the store while no hub has it, and the hub that starts knows them", async () => {
    const dataDir = newFolder();
    const port = await freePort();
    const environment: Record<string, string> = {
      MCP_HUB_DATA_DIR: dataDir,
      MCP_HUB_PORT: String(port),
    };
    const run = (...words: string[]) => runInProcess(["token", ...words], { environment });
    const tooFew = await run("create", "agent", "--may", "read");
    expect([tooFew.code, tooFew.err]).toEqual([2, expect.stringContaining("The first token")]);
    const first = await run("create", "operator", "--may", "admin");
    expect(first.out).toMatch(tokenPattern);
    expect(first.err).toContain("No hub answers, so it is in ");
    const second = await run("create", "other", "--may", "admin", "--json");
    expect((await run("revoke", JSON.parse(second.out).id, "--yes")).code).toBe(0);

    const hub = await TestHub.start({ dataDir, port });
    await expect(hub.rest("GET", "/servers")).rejects.toThrow("401");
    environment.MCP_HUB_TOKEN = first.out.trim();
    const listed = JSON.parse((await run("list", "--json")).out);
    expect(listed.tokens).toEqual([
      expect.objectContaining({ name: "operator", createdBy: "command-line" }),
    ]);
    await hub.stop();
    // Whoever has the machine may open the hub again, and is told that it is.
    const gone = await run("revoke", listed.tokens[0].id, "--yes");
    expect(gone.err).toContain("No token is left, so the hub is open");
  });

  test("are not written where the hub that was named does not answer, nor into a store that is held", async () => {
    const dataDir = newFolder();
    const port = await freePort();
    const create = ["token", "create", "operator", "--may", "admin"];
    const named = { MCP_HUB_DATA_DIR: dataDir, MCP_HUB_URL: `http://127.0.0.1:${port}` };
    expect((await runInProcess(create, { environment: named })).code).toBe(5);
    await TestHub.start({ dataDir });
    const held = { MCP_HUB_DATA_DIR: dataDir, MCP_HUB_PORT: String(port) };
    const ran = await runInProcess(create, { environment: held });
    expect([ran.code, ran.out]).toEqual([1, ""]);
  });

  test("end when --expires says", () => {
    const now = Date.parse("2026-11-27T12:00:00Z");
    expect(expiryOf("90m", now)).toBe("2026-11-27T13:30:00.000Z");
    expect(expiryOf("12h", now)).toBe("2026-11-28T00:00:00.000Z");
    expect(expiryOf("30d", now)).toBe("2026-12-27T12:00:00.000Z");
    expect(expiryOf("2027-01-31", now)).toBe("2027-01-31T00:00:00.000Z");
    expect(expiryOf("2027-01-31T12:00:00+01:00", now)).toBe("2027-01-31T11:00:00.000Z");
    for (const wrong of ["", "30", "d", "1y", "2027-13-01", "tomorrow", "-1d", "1.5h"])
      expect(() => expiryOf(wrong, now)).toThrow("--expires must be");
  });
});
