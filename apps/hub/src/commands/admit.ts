import type { HubClient, ServerDetail } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { findServer } from "../command-line/find-server.js";
import { type Line, toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";

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
    const servers = await unjudged(client, interrupted);
    if (args.server === undefined) {
      if (servers.length === 0) output.note("No server waits, and none was refused.");
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
