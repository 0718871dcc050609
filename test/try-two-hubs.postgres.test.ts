import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeServers, freePort, Postgres, Program, serveV2, until } from "@hub/testing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const guide = readFileSync(join(root, "docs/guides/several-hubs.md"), "utf8");

let postgres: Postgres;
const running: Program[] = [];
const folder = mkdtempSync(join(tmpdir(), "mcp-hub-two-"));

beforeAll(async () => {
  postgres = await Postgres.start();
});
afterEach(async () => {
  // npm hands this on to the hub, which it would leave behind if it were killed.
  await Promise.all(running.splice(0).map((program) => program.kill("SIGTERM")));
  await closeServers();
});
afterAll(async () => {
  await postgres.close();
  rmSync(folder, { recursive: true, force: true });
});

test("the commands of the guide for two hubs on one machine start two that work as one", async () => {
  const [, section = ""] = guide.split("## Try two on one machine");
  const [first = "", second = "", third = ""] = [
    ...(section.split("\n## ")[0] ?? "").matchAll(/```sh\n([\s\S]*?)```/g),
  ].map(([, code]) => code);
  const server = await serveV2({ name: "weather" });
  const [port, otherPort] = [await freePort(), await freePort()];
  const places: readonly (readonly [string, string])[] = [
    ["postgres://hub:secret@127.0.0.1:5432/hub", await postgres.newDatabase()],
    ["=data/", `=${folder}/`],
    [":8101", `:${await freePort()}`],
    [":8111", `:${await freePort()}`],
    ["=8011", `=${otherPort}`],
    [":8011", `:${otherPort}`],
    ["http://localhost:8002", server.origin],
  ];
  const line = (code: string) => {
    const placed = places.reduce((text, [from, to]) => text.replaceAll(from, to), code);
    return `exec env ${placed.replace(/\\\n/g, "").trim()}`;
  };
  // The port that nothing in the guide names is free on that machine, and may be taken on this one.
  const env = { MCP_HUB_PORT: String(port) };
  const begin = (code: string) => new Program("sh", ["-c", line(code)], env, root);

  for (const [code, at] of [
    [first, port],
    [second, otherPort],
  ] as const) {
    const hub = begin(code);
    running.push(hub);
    await until(
      () => `the hub of:\n${code}\nto be ready; it said:\n${hub.output}`,
      () =>
        fetch(`http://127.0.0.1:${at}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        ),
    );
  }
  const [add = "", list = "", hubs = ""] = third.trim().split("\n");
  const saidBy = async (code: string) => {
    const command = begin(code);
    const { code: exitCode } = await command.ended;
    expect(exitCode, `${code}: ${command.output}`).toBe(0);
    return command.output;
  };
  expect(await saidBy(add)).toContain("Registered weather");
  await until("the server at the other hub", async () => (await saidBy(list)).includes("weather"));
  // Rows alone: npm may warn of something that "will stop working".
  const listed = await saidBy(hubs);
  expect(listed.match(/^[0-9a-f]{8}\S* +(?:working|joining)/gm), listed).toHaveLength(2);
});
