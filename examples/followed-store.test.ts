import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeHubStore } from "@hub/core/testing";
import { afterAll } from "vitest";
import { FollowedStore } from "./src/followed-store.js";

const folder = mkdtempSync(join(tmpdir(), "mcp-hub-followed-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, "events.jsonl");
describeHubStore("followed", async (budgets) => new FollowedStore(file, budgets));
