import type { HubClient, RegisterAnswer, ServerDetail } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { statusPiece } from "../command-line/status.js";
import { type Line, toned } from "../command-line/styled.js";
import { counted } from "../command-line/words.js";

/**
 * The name that the server gives itself.
 * @throws CommandError when it does not answer, with why.
 */
async function ownName(
  hub: HubClient,
  endpoint: string,
  transport: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const { answered, finding } = await hub.diagnose({ endpoint, transport }, signal);
  if (answered?.serverName !== undefined) return answered.serverName;
  const why =
    finding === undefined ? "It does not say its name." : `${finding.cause} ${finding.fix}`;
  throw new CommandError(
    "usage",
    `Give a name with --name: ${endpoint} was asked for its own. ${why}`,
  );
}

/** Why it cannot be used, and what to do: a reason says both. */
function problemIn({ instances, status }: ServerDetail): string | undefined {
  if (status === "up") return undefined;
  return instances.find((instance) => instance.status !== "up")?.reason;
}

function lines(
  { server, retryAfterMs, warnings }: RegisterAnswer,
  probed: ServerDetail | undefined,
) {
  const tools = probed?.capabilities?.tools;
  const problem = probed === undefined ? undefined : problemIn(probed);
  if (retryAfterMs !== undefined)
    return [
      [
        toned(server.id, "name"),
        " is registered there already and holds a lease; nothing was changed.",
      ],
    ];
  const head: Line = [
    "Registered ",
    toned(server.id, "name"),
    ...(probed === undefined ? [] : [", which is ", statusPiece(probed.status)]),
    ...(tools === undefined ? [] : [`, with ${counted(tools, "tool")}`]),
    ".",
  ];
  return [
    head,
    ...(problem === undefined ? [] : [toned(problem, "warning")]),
    ...[...new Set([...warnings, ...(probed?.warnings ?? [])])].map((text) =>
      toned(`! ${text}`, "warning"),
    ),
  ];
}

export const command = defineCommand({
  args: { url: { summary: "where the server answers MCP, as http://localhost:8002/mcp" } },
  options: {
    name: { summary: "its name (default: the one that it gives itself)", value: "name" },
    transport: {
      summary: "how it speaks (default: streamable-http)",
      value: "transport",
      choices: ["streamable-http", "sse"],
    },
    title: { summary: "shown in place of the name", value: "text" },
    description: { summary: "what it is for", value: "text" },
    owner: { summary: "whose it is", value: "text" },
    tag: { summary: "a tag", value: "tag", isRepeatable: true },
    "no-probe": { summary: "do not wait until the hub has looked at it" },
  },
  details: [
    "The server stays listed as long as the hub's own probe finds it now and then. One that registers itself with a lease is known better: docs/guides/register.md",
    "A service key, which lets a further instance join a name, is read from MCP_HUB_SERVICE_KEY.",
  ],
  examples: [
    "add http://localhost:8002/mcp",
    "add http://localhost:8002/mcp --name Weather --tag demo",
  ],
  async run({ environment, hub, interrupted, output }, { args, options }) {
    const client = await hub();
    const { title, description, owner, tag } = options;
    const name = options.name ?? (await ownName(client, args.url, options.transport, interrupted));
    const serviceKey = environment.MCP_HUB_SERVICE_KEY;
    const answer = await client.register(
      {
        name,
        transport: options.transport ?? "streamable-http",
        endpoint: args.url,
        ...(title === undefined ? {} : { title }),
        ...(description === undefined ? {} : { description }),
        ...(owner === undefined ? {} : { owner }),
        ...(tag.length === 0 ? {} : { tags: [...tag] }),
        ...(serviceKey === undefined || serviceKey === "" ? {} : { serviceKey }),
      },
      interrupted,
    );
    const probed = options["no-probe"]
      ? undefined
      : await client.probe(answer.server.id, interrupted);
    const { server, instance, retryAfterMs, warnings } = answer;
    const value = {
      server: probed ?? server,
      instance,
      warnings,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
    output.answer(value, () => lines(answer, probed));
  },
});
