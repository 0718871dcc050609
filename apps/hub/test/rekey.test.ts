import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditList, CredentialList } from "@hub/api";
import { closeAll, TestHub } from "@hub/testing";
import { afterAll, afterEach, expect, test } from "vitest";
import { runInProcess } from "./support/in-process.js";

const dataDir = mkdtempSync(join(tmpdir(), "mcp-hub-rekey-"));
afterEach(closeAll);
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const path = "/servers/safe/credentials";
const rekey = (...words: string[]) =>
  runInProcess(["rekey", ...words], {
    environment: { MCP_HUB_DATA_DIR: dataDir },
    folder: dataDir,
  });

test("the key of a file is replaced, and every mistake in doing so leaves all as it was", async () => {
  expect(await rekey()).toMatchObject({ code: 1, err: expect.stringContaining("no hub.db") });
  const hub = await TestHub.start({ dataDir });
  await hub.announce("safe", "http://127.0.0.1:9/mcp");
  await hub.rest("PUT", path, { kind: "header", name: "X-Api-Key", value: "hx-5f1d0c7e9a4b" });
  const held = await rekey();
  expect(held).toMatchObject({ code: 1, out: "" });
  expect(held.err).toContain(`uses ${join(dataDir, "hub.db")}. Stop it, run this command again`);
  expect(held.err).not.toContain("a data directory of its own");
  await hub.stop();
  const key = join(dataDir, "secret.key");
  expect(await rekey("--from", "secret.key")).toMatchObject({ code: 2 });
  expect(await rekey("--from", "nothing.key")).toMatchObject({ code: 3 });
  expect(await rekey("--from", "hub.db")).toMatchObject({
    code: 1,
    err: expect.stringContaining("hub.db"),
  });

  renameSync(key, join(dataDir, "old.key"));
  const done = await rekey("--from", "old.key");
  expect(done).toMatchObject({ code: 0, out: expect.stringContaining("1 credential was sealed") });
  expect(existsSync(key)).toBe(true);
  const again = await TestHub.start({ dataDir });
  const list = (await again.rest("GET", path)) as CredentialList; // held to the contract
  expect(list.credentials.map(({ state }) => state)).toEqual(["sent"]);
  expect(again.warnings).toEqual([]);
  const { lines } = (await again.rest("GET", "/audit?action=rekey")) as AuditList;
  expect(lines).toMatchObject([
    {
      who: { id: "command-line" },
      outcome: "done",
      before: { keyId: expect.any(String) },
      after: { sealedAnew: 1, unreadable: [] },
    },
  ]);
  expect(lines[0]?.before?.keyId).not.toBe(lines[0]?.after?.keyId);
});
