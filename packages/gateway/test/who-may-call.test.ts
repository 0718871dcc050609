import { type Grant, may } from "@hub/core/access";
import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  type Payload,
  TestHub,
  textResult,
  type Upstream,
} from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { exposedName, formerName } from "../src/catalogue/naming.js";
import { Callers } from "./support/callers.js";

afterEach(closeAll);

type Client = LegacyClient | ModernClient;
type Server = {
  readonly id: string;
  readonly tags: readonly string[];
  readonly upstream: Upstream;
};

const runs = Math.min(40, Number(process.env.HUB_PROPERTY_RUNS ?? 10));
/** Its name here is cut, and was longer once. */
const longTool = "list_everything_that_anybody_has_ever_written_down";
const offers = {
  alpha: { tags: ["money"], tools: ["list_all", "pay"] },
  alpine: { tags: [], tools: ["list_all", "wipe"] },
  beta: { tags: ["money", "eu"], tools: ["pay", longTool] },
} as const;
const prompt = "greet";
const uriOf = (id: string) => `file:///${id}.txt`;

/** Three servers of both eras, some of whose tools have the same names. What arrives is counted. */
async function start() {
  const callers = new Callers();
  const hub = await TestHub.start({ access: callers.access, token: "admin" });
  const servers: Server[] = [];
  for (const [id, { tags, tools }] of Object.entries(offers)) {
    const offer = {
      tools,
      prompts: [{ name: prompt }],
      resources: [{ uri: uriOf(id), name: id }],
      resourceTemplates: [{ uriTemplate: `${id}://{name}`, name: id }],
    };
    const upstream =
      id === "alpine" ? await LegacyUpstream.start(offer) : await ModernUpstream.start(offer);
    for (const name of [...tools, prompt]) upstream.on(name, () => textResult(id));
    await hub.register(id, upstream, { tags: [...tags] });
    servers.push({ id, tags, upstream });
  }
  await hub.rest("POST", "/toolsets", {
    name: "Renamed",
    prefix: "never",
    overrides: { "alpha/pay": { name: "alpha_pays" }, "beta/pay": { name: "beta_pays" } },
  });
  await hub.rest("POST", "/toolsets", { name: "Searched", mode: "search" });
  const arrived = () => servers.reduce((sum, { upstream }) => sum + upstream.calls.length, 0);
  return { callers, hub, servers, arrived };
}

const both = async (hub: TestHub, token: string, path = "/mcp"): Promise<readonly Client[]> => [
  new ModernClient(hub.url, { path, token }),
  await LegacyClient.open(hub.url, { path, token }),
];

const items = async (client: Client, kind: "tools" | "prompts" | "resources") => {
  const { result } = await client.ask(`${kind}/list`);
  return (result?.[kind] ?? []) as readonly Payload[]; // as the revisions say
};
const namesOf = async (client: Client, kind: "tools" | "prompts") =>
  (await items(client, kind)).map(({ name }) => String(name));
const ask = async (client: Client, name: string): Promise<Message> =>
  (await client.call(name).done).response;
/** What the servers here answer; undefined when none of them did. */
const answererOf = ({ result }: Message): string | undefined =>
  result?.isError === true
    ? undefined
    : (result?.content as readonly { readonly text: string }[] | undefined)?.[0]?.text;

const patterns = fc.array(
  fc.constantFrom("alpha", "alp*", "beta", "*", "list_*", "pay", longTool, "nobody"),
  { maxLength: 2 },
);
const grant: fc.Arbitrary<Grant> = fc.record(
  {
    action: fc.constantFrom("call" as const, "call" as const, "admin" as const),
    servers: patterns,
    tags: fc.array(fc.constantFrom("money", "eu"), { maxLength: 2 }),
    tools: patterns,
  },
  { requiredKeys: ["action"] },
);

describe("whatever somebody may call", () => {
  test("the lists show exactly that, and nothing else can be reached, in any way to call", async () => {
    const { callers, hub, servers, arrived } = await start();
    const tools = servers.flatMap((server) =>
      offers[server.id as keyof typeof offers].tools.map((tool) => ({ server, tool })),
    ); // an id of one of them
    await fc.assert(
      fc.asyncProperty(fc.array(grant, { minLength: 1, maxLength: 3 }), async (grants) => {
        const principal = callers.may("agent", ...grants);
        const allowed = tools.filter(({ server, tool }) =>
          may(principal, "call", { server, tool }),
        );
        const shown = allowed.map(({ server, tool }) => exposedName(server.id, tool)).sort();

        for (const client of await both(hub, "agent", "/mcp?hub=off"))
          expect((await namesOf(client, "tools")).sort()).toEqual(shown);

        // By each name that a tool has, and had, the right server answers or none.
        for (const { server, tool } of tools) {
          const isAllowed = allowed.some((one) => one.server === server && one.tool === tool);
          const names = [exposedName(server.id, tool), formerName(server.id, tool)];
          for (const client of await both(hub, "agent"))
            for (const name of names) {
              const before = arrived();
              const indirect = { name, arguments: {} };
              const answers = [
                await ask(client, name),
                (await client.call("hub__call_tool", indirect).done).response,
              ];
              for (const answer of answers)
                expect(answererOf(answer)).toBe(isAllowed ? server.id : undefined);
              expect(arrived() - before).toBe(isAllowed ? 2 : 0);
            }
          for (const client of await both(hub, "agent", "/toolsets/searched/mcp")) {
            const before = arrived();
            const indirect = { name: names[0], arguments: {} };
            const found = await client.call("hub__find_tools", { schemaOf: [names[0]] }).done;
            expect(found.response.result?.isError === true).toBe(!isAllowed);
            const { response } = await client.call("hub__call_tool", indirect).done;
            expect(answererOf(response)).toBe(isAllowed ? server.id : undefined);
            expect(arrived() - before).toBe(isAllowed ? 1 : 0);
          }
        }

        // Where names are bare, those that are listed reach who may be called, and the others nobody.
        const bare = [...new Set(tools.map(({ tool }) => tool)), "alpha_pays", "beta_pays"];
        for (const path of ["/mcp?prefix=never", "/toolsets/renamed/mcp"])
          for (const client of await both(hub, "agent", path)) {
            const listed = await namesOf(client, "tools");
            for (const name of bare) {
              const before = arrived();
              const answerer = answererOf(await ask(client, name));
              expect(answerer !== undefined).toBe(listed.includes(name));
              expect(arrived() - before).toBe(answerer === undefined ? 0 : 1);
              if (answerer === undefined) continue;
              const tool = name.endsWith("_pays") ? "pay" : name;
              expect(allowed.some((one) => one.server.id === answerer && one.tool === tool)).toBe(
                true,
              );
            }
          }

        // A server by its own endpoint; one of which nothing may be called is not there.
        for (const { id, tags, upstream } of servers) {
          const path = `/servers/${id}/mcp`;
          const server = { id, tags };
          const own = offers[id as keyof typeof offers].tools; // an id of one of them
          if (!may(principal, "call", server)) {
            const before = upstream.calls.length;
            const modern = new ModernClient(hub.url, { path, token: "agent" });
            for (const sent of [
              modern.call(own[0]),
              modern.send("tools/list"),
              LegacyClient.tryOpen(hub.url, { path, token: "agent" }),
            ])
              expect((await sent.done).status).toBe(404);
            expect(upstream.calls.length).toBe(before);
            continue;
          }
          for (const client of await both(hub, "agent", path)) {
            const mayCall = (tool: string) => may(principal, "call", { server, tool });
            const listed = await namesOf(client, "tools");
            expect(listed.sort()).toEqual(own.filter(mayCall).sort());
            for (const tool of own) {
              const before = upstream.callsOf(tool).length;
              expect(answererOf(await ask(client, tool))).toBe(mayCall(tool) ? id : undefined);
              expect(upstream.callsOf(tool).length - before).toBe(mayCall(tool) ? 1 : 0);
            }
          }
        }
      }),
      { numRuns: runs },
    );
  }, 300_000);
});
