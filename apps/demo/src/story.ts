import type { Stage } from "./stage.js";
import { confirm, quote, tell } from "./terminal.js";

const greeters = [1, 2, 3, 4];
const ids = greeters.map((number) => `mcp-server-${number}`);

/** Every step resolves once the hub's REST API has shown that it came out as told. */
export const steps: readonly ((stage: Stage) => Promise<void>)[] = [
  serversRegister,
  clientCalls,
  serverIsKilled,
  serverIsBack,
  hubIsKilled,
  serverLeaves,
];

async function serversRegister(stage: Stage): Promise<void> {
  tell("1. Four servers start and register themselves, and one that keeps failing.");
  stage.startAllServers();
  const servers = await stage.watch.allUp([...ids, "flaky-server"]);
  confirm(`${servers.length} servers are up; the hub dialled each back and read its tools`);
}

async function clientCalls(stage: Stage): Promise<void> {
  tell("2. A client asks the hub which servers there are, chooses, and calls them directly.");
  const list = await stage.runClient();
  for (const line of list.lines) quote("client", line);
  expect(list.exitCode === 0, "the client to list the servers", list.lines);
  const runs = await Promise.all(
    greeters.map((number) => stage.runClient("--tool", `greet${number}`)),
  );
  for (const [index, { exitCode, lines }] of runs.entries()) {
    const answer = lines.at(-1) ?? "";
    quote("client", answer);
    const expected = `greet${index + 1}: Hello from MCP Server ${index + 1} !`;
    expect(exitCode === 0 && answer === expected, `"${expected}"`, lines);
  }
  confirm("each server answered, whatever it is written with");
}

async function serverIsKilled(stage: Stage): Promise<void> {
  tell("3. MCP Server 2 is killed with -9. It can tell nobody; the hub notices.");
  const before = await stage.watch.now();
  await stage.server("MCP Server 2").kill();
  const becomes = (status: string, after: number) =>
    stage.watch.event(
      `MCP Server 2 to become ${status}`,
      after,
      ({ serverId, to }) => serverId === "mcp-server-2" && to === status,
    );
  const unreachable = await becomes("unreachable", before);
  const { exitCode, lines } = await stage.runClient("--tool", "greet2");
  for (const line of lines.slice(-1)) quote("client", line);
  expect(exitCode === 1, "the client not to be sent to a dead server", lines);
  await becomes("down", unreachable.seq);
  confirm("first unreachable, then down, and nobody was sent there meanwhile");
}

async function serverIsBack(stage: Stage): Promise<void> {
  tell("4. It starts again, on the port it had.");
  stage.server("MCP Server 2").start();
  await stage.watch.allUp(["mcp-server-2"]);
  const { exitCode, lines } = await stage.runClient("--tool", "greet2");
  for (const line of lines.slice(-1)) quote("client", line);
  expect(exitCode === 0, "the client to reach it again", lines);
  confirm("back by itself, under its name and at its address");
}

async function hubIsKilled(stage: Stage): Promise<void> {
  tell("5. The hub itself is killed with -9 and starts again on the same file.");
  const endpoints = async () =>
    (await stage.watch.allUp(ids)).map(({ endpoint }) => endpoint).join(" ");
  const before = await endpoints();
  const lastEvent = await stage.watch.now();
  await stage.killHub();
  const restartedAt = Date.now();
  await stage.startHub();
  const known = (await stage.watch.hub.servers()).servers.map(({ id }) => id);
  expect(
    [...ids, "flaky-server"].every((id) => known.includes(id)),
    "no server to be lost",
    known,
  );
  expect((await endpoints()) === before, "every server to be where it was", [before]);
  await stage.watch.until("a heartbeat of each server", async () => {
    const servers = await Promise.all(ids.map((id) => stage.watch.hub.server(id)));
    const beats = servers.map(({ instances }) => instances[0]?.lease?.lastHeartbeatAt ?? "1970");
    return beats.every((at) => Date.parse(at) > restartedAt) || undefined;
  });
  const lost = (await stage.watch.events(lastEvent)).filter(
    ({ serverId, to }) => ids.includes(serverId) && (to === "down" || to === "unreachable"),
  );
  expect(lost.length === 0, "no server to be reported as lost", [JSON.stringify(lost)]);
  confirm("all are back, none was lost, and each keeps sending its heartbeat");
}

async function serverLeaves(stage: Stage): Promise<void> {
  tell("6. MCP Server 3 is asked to stop. It leaves before it ends.");
  const before = await stage.watch.now();
  await stage.server("MCP Server 3").stop();
  await stage.watch.event(
    "MCP Server 3 to leave",
    before,
    ({ serverId, kind }) => serverId === "mcp-server-3" && kind === "deregistered",
  );
  const { instances } = await stage.watch.hub.server("mcp-server-3");
  expect(instances.length === 0, "MCP Server 3 to have no instance", [JSON.stringify(instances)]);
  confirm("gone at once, and nobody had to wait for a timeout");
}

function expect(isSo: boolean, what: string, seen: readonly string[]): void {
  if (!isSo)
    throw new Error(`Expected ${what}, got:${seen.map((line) => `\n    ${line}`).join("")}`);
}
