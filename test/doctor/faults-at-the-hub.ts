import type { ServerDetail } from "@hub/api";
import { registrationSchema } from "@hub/core";
import { ModernClient, type ModernUpstream, TestHub, textResult, tool, until } from "@hub/testing";
import type { Expected, Fault } from "./fault.js";
import { idOf, register, slowed, upstreamWith } from "./stage.js";

/** Each heartbeat renews a lease of 1 s. */
const beatMs = 250;

async function put(hubUrl: string, path: string, body: object): Promise<void> {
  await fetch(`${hubUrl}${path}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** A server that is up, to which something happens then. */
function happening(
  what: string,
  happens: (on: {
    readonly hubUrl: string;
    readonly name: string;
    readonly upstream: ModernUpstream;
    readonly leaseId: string;
    /** Has something done when the fault is over. */
    readonly atEnd: (run: () => void) => void;
  }) => Promise<() => Promise<unknown>>,
  expected: Expected,
  lease?: object,
): Fault {
  const name = `Known ${what}`;
  return {
    what,
    ...expected,
    async plant(hubUrl) {
      const upstream = await upstreamWith(name);
      const registered = await register(hubUrl, {
        name,
        endpoint: upstream.endpoint,
        ...(lease === undefined ? {} : { lease }),
      });
      await isUp(hubUrl, name);
      const leaseId = registered.lease?.id ?? "";
      const ends: (() => void)[] = [];
      const atEnd = (run: () => void) => void ends.push(run);
      const mend = await happens({ hubUrl, name, upstream, leaseId, atEnd });
      const end = async () => {
        for (const run of ends) run();
        await upstream.stop();
      };
      return { name, mend, end };
    },
  };
}

async function isUp(hubUrl: string, name: string): Promise<void> {
  await until(`${name} to be up`, async () => {
    const response = await fetch(`${hubUrl}/servers/${idOf(name)}`);
    return response.ok && ((await response.json()) as { status: string }).status === "up";
  });
}

/** A server with something in its lists that should not be there. */
function offering(what: string, tools: readonly object[], expected: Expected): Fault {
  const name = `Odd ${what}`;
  return {
    what,
    ...expected,
    async plant(hubUrl) {
      const upstream = await upstreamWith(name);
      upstream.offer.tools = tools as ModernUpstream["offer"]["tools"]; // what a careless server may list
      await register(hubUrl, { name, endpoint: upstream.endpoint });
      await isUp(hubUrl, name);
      return {
        name,
        mend: async () => {
          upstream.offer.tools = [tool("greet")];
          await fetch(`${hubUrl}/servers/${idOf(name)}/probe`, { method: "POST" });
        },
        end: () => upstream.stop(),
      };
    },
  };
}

const farAway = "192.0.2.44";

/** Faults that the hub sees in how a server is registered, what it offers and how it behaves. */
export const faultsAtTheHub: readonly Fault[] = [
  offering("with duplicate names", [tool("greet"), tool("greet")], {
    code: "ATTENTION",
    severity: "warning",
    cause: /"greet" more than once/,
    fix: /Give each item a `name` of its own/,
  }),
  offering(
    "with a schema that clients refuse",
    [{ name: "greet", inputSchema: { type: "string" } }],
    {
      code: "ATTENTION",
      severity: "warning",
      cause: /The tool "greet" is (left out|shown with a correction)/,
      fix: /./,
    },
  ),
  {
    what: "slow server",
    code: "SLOW",
    severity: "warning",
    cause: /needs more than 1\d\d\d ms/,
    fix: /keeps the server busy/,
    async plant(hubUrl) {
      const name = "Slow";
      const upstream = await upstreamWith(name);
      const front = await slowed(upstream, 1_100);
      await register(hubUrl, { name, endpoint: `${front.origin}/mcp` });
      await isUp(hubUrl, name);
      return {
        name,
        mend: async () => {
          await fetch(`${hubUrl}/servers/${idOf(name)}?force=true`, { method: "DELETE" });
          await register(hubUrl, { name, endpoint: upstream.endpoint });
        },
        end: async () => {
          await front.close();
          await upstream.stop();
        },
      };
    },
  },
  happening(
    "and draining",
    async ({ hubUrl, name, upstream, leaseId }) => {
      await put(hubUrl, `/leases/${leaseId}`, { draining: true });
      return async () => {
        await fetch(`${hubUrl}/leases/${leaseId}`, { method: "DELETE" });
        await register(hubUrl, { name, endpoint: upstream.endpoint });
      };
    },
    { code: "DRAINING", severity: "fault", cause: /about to stop/, fix: /Start it again/ },
    { ttlMs: 60_000 },
  ),
  happening(
    "and silent",
    async ({ hubUrl, name, upstream, atEnd }) => {
      await until("the heartbeats to be missed", async () => {
        const response = await fetch(`${hubUrl}/servers/${idOf(name)}`);
        const { instances } = (await response.json()) as ServerDetail;
        return instances[0]?.warnings.some((warning) => warning.startsWith("No heartbeat"));
      });
      return async () => {
        const { lease } = await register(hubUrl, { name, endpoint: upstream.endpoint, lease: {} });
        const beating = setInterval(() => void put(hubUrl, `/leases/${lease?.id}`, {}), beatMs);
        atEnd(() => clearInterval(beating));
      };
    },
    {
      code: "LEASE_LOST",
      severity: "warning",
      cause: /No heartbeat for/,
      fix: /MCP_HUB_URL must lead to this hub/,
    },
    {},
  ),
  happening(
    "and gone",
    async ({ hubUrl, name, upstream, leaseId }) => {
      await fetch(`${hubUrl}/leases/${leaseId}`, { method: "DELETE" });
      await upstream.stop();
      return async () => {
        await upstream.start();
        await register(hubUrl, { name, endpoint: upstream.endpoint });
      };
    },
    { code: "LEFT", severity: "fault", cause: /It left the hub/, fix: /Start it again/ },
    { ttlMs: 60_000 },
  ),
  happening(
    "and killed",
    async ({ upstream }) => {
      await upstream.stop();
      return () => upstream.start();
    },
    {
      code: "NOTHING_LISTENS",
      severity: "fault",
      cause: /Nothing listens/,
      fix: /Start the server/,
    },
    { ttlMs: 60_000 },
  ),
  happening(
    "and hidden",
    async ({ hubUrl, name }) => {
      const hide = (hidden: true | null) =>
        fetch(`${hubUrl}/servers/${idOf(name)}`, {
          method: "PATCH",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ hidden }),
        });
      await hide(true);
      return () => hide(null);
    },
    { code: "HIDDEN", severity: "fault", cause: /An operator hid it/, fix: /Show it again/ },
  ),
  happening(
    "and wanted twice",
    async ({ hubUrl, name }) => {
      const other = await upstreamWith("other");
      const wanted = { name, endpoint: other.endpoint };
      await register(hubUrl, wanted);
      return async () => {
        await register(hubUrl, { ...wanted, name: `${name} again` });
      };
    },
    {
      code: "NAME_CONFLICT",
      severity: "warning",
      cause: /wants this name too/,
      fix: /Rename one of the two/,
    },
    { ttlMs: 60_000 },
  ),
  happening(
    "and listed twice",
    async ({ hubUrl, name, upstream }) => {
      await register(hubUrl, { name: `${name} too`, endpoint: upstream.endpoint });
      return () =>
        fetch(`${hubUrl}/servers/${idOf(`${name} too`)}?force=true`, { method: "DELETE" });
    },
    {
      code: "SAME_ENDPOINT",
      severity: "warning",
      cause: /The same endpoint is registered as/,
      fix: /Remove the name that you do not want/,
    },
  ),
  happening(
    "and failing",
    async ({ hubUrl, name, upstream }) => {
      const client = new ModernClient(hubUrl, { path: `/servers/${idOf(name)}/mcp` });
      upstream.on("echo", () => ({ ...textResult("no such place"), isError: true }));
      for (let call = 0; call < 3; call += 1) await client.call("echo").done;
      return async () => {
        upstream.on("echo", () => textResult("there it is"));
        for (let call = 0; call < 4; call += 1) await client.call("echo").done;
      };
    },
    {
      code: "CALLS_FAIL",
      severity: "warning",
      cause: /Of its last 3 calls, 3 failed/,
      fix: /Read the tool's answer/,
    },
  ),
  {
    what: "loopback advertised from another machine",
    code: "LOOPBACK_ELSEWHERE",
    severity: "fault",
    cause: new RegExp(`means the hub's own machine, but the server registered from ${farAway}`),
    fix: /MCP_HUB_ADVERTISE_URL/,
    async plant() {
      // Nobody reaches a hub of this machine from another one, so this registration is made in its process.
      const hub = await TestHub.start();
      const name = "Far away";
      const upstream = await upstreamWith("something of this machine");
      const said = registrationSchema.parse({
        name,
        transport: "http",
        endpoint: upstream.endpoint,
      });
      await hub.registry.register(said, { from: farAway });
      return {
        hubUrl: hub.url,
        name,
        mend: async () => {
          await hub.registry.remove(idOf(name));
          await hub.registry.register(said, { from: "127.0.0.1" });
        },
        end: async () => {
          await hub.stop();
          await upstream.stop();
        },
      };
    },
  },
];
