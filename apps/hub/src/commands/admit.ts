import type { HubClient, ServerDetail, WhoAmI } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { findServer } from "../command-line/find-server.js";
import { type Line, toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";
import { grantsText } from "../tokens/grant-text.js";

/** All that is not let in, with what one needs to judge it. */
async function unjudged(client: HubClient, signal: AbortSignal): Promise<readonly ServerDetail[]> {
  const servers = await client.everyServer(
    { admission: ["waiting", "refused"], hidden: true },
    signal,
  );
  const details: ServerDetail[] = [];
  for (const { id } of servers) details.push(await client.server(id, signal));
  return details;
}

type Grant = WhoAmI["grants"][number];

const isOfAll = ({ action, servers, tags, tools }: Grant) =>
  action === "admin" && servers === undefined && tags === undefined && tools === undefined;

/**
 * Who is asking, when it is an admin or nobody at all, whom the hub refuses by itself. Others are shown nothing of
 * what waits, which would look as if nothing did.
 */
async function judging(client: HubClient, signal: AbortSignal): Promise<WhoAmI> {
  const who = await client.whoAmI(signal);
  if (who.kind === "anonymous" || who.grants.some(({ action }) => action === "admin")) return who;
  throw new CommandError(
    "refused",
    `Only admins see what waits, let it in and refuse it. You are ${JSON.stringify(who.name ?? who.id)}, and may ${grantsText(who.grants)}. Set MCP_HUB_TOKEN, or MCP_HUB_TOKEN_FILE to a file with an admin's token.`,
    { code: "INSUFFICIENT_SCOPE" },
  );
}

const reasons = {
  new: "new",
  "other-registrant": "registered by another",
  "other-host": "at another host",
} as const;

function listed(servers: readonly ServerDetail[], columns: number | undefined): readonly Line[] {
  return table(
    [
      { title: "ID", keeps: 16 },
      { title: "STATE", keeps: "all" },
      { title: "STATUS", keeps: "all" },
      { title: "TOOLS", align: "right", keeps: "all" },
      { title: "ENDPOINT", keeps: 12 },
      { title: "BY", keeps: 8 },
      { title: "FROM", keeps: 8, mayGo: true },
      { title: "LOOKS LIKE", mayGo: true },
    ],
    servers.map(({ id, admission, status, capabilities, endpoint, instances, lookAlikes }) => {
      const [instance] = instances;
      const because = admission?.because === undefined ? "refused" : reasons[admission.because];
      return [
        toned(id, "name"),
        toned(because, admission?.state === "refused" ? "bad" : "warning"),
        status,
        capabilities === null ? "?" : String(capabilities.tools),
        endpoint,
        instance?.registeredBy?.name ?? instance?.registeredBy?.id ?? "",
        instance?.registeredFrom ?? "",
        (lookAlikes ?? []).map((one) => one.id).join(", "),
      ];
    }),
    columns,
  );
}

export const command = defineCommand({
  args: {
    server: {
      summary: "the id or the name of a server; without one, lists those that wait or were refused",
      isOptional: true,
      completes: "waiting",
    },
  },
  options: {
    refuse: { summary: "refuse it instead: its instances go, and its name cannot register" },
    reason: {
      summary: "with --refuse: why; whoever registers under the name is told",
      value: "text",
    },
  },
  details: [
    "Where the hub asks first (MCP_HUB_ADMISSION), a new server is seen by admins only until somebody lets it in. It waits again when somebody else registers its name, or at another host.",
    "What is let in is the server as it was just read: if it registers again at the same moment, nothing is done.",
  ],
  examples: ["admit", "admit weather", "admit weather --refuse --reason spam"],
  async run(context, { args, options }) {
    const { hub, interrupted, output } = context;
    const { refuse, reason } = options;
    if (reason !== undefined && !refuse)
      throw new CommandError("usage", "--reason is for --refuse.");
    if (args.server === undefined && refuse)
      throw new CommandError("usage", "Which server is to be refused? Give its id.");
    const client = await hub();
    const { grants } = await judging(client, interrupted);
    const servers = await unjudged(client, interrupted);
    if (args.server === undefined) {
      if (servers.length === 0)
        output.note(
          grants.some(isOfAll)
            ? "No server waits, and none was refused."
            : "No server waits that you are an admin of, and none was refused.",
        );
      output.answer({ servers }, () =>
        servers.length === 0 ? [] : listed(servers, output.columns),
      );
      return;
    }
    const wanted = args.server.toLowerCase();
    const { id, etag } =
      servers.find((one) => one.id === wanted || one.name.toLowerCase() === wanted) ??
      (await findServer(client, args.server, context));
    const server = refuse
      ? await client.refuse(id, reason, etag, interrupted)
      : await client.admit(id, etag, interrupted);
    output.answer(server, () => [[refuse ? "Refused " : "Let in ", toned(id, "name"), "."]]);
  },
});
