import { setTimeout } from "node:timers/promises";
import { type AuditLine, type AuditQuery, type HubClient, HubClientError } from "@hub/client";
import { auditActions, auditOutcomes } from "@hub/core/storage";
import { auditText } from "../command-line/audit-text.js";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { instantOf } from "../command-line/instant.js";
import { toned } from "../command-line/styled.js";

type Narrowed = Omit<AuditQuery, "limit" | "cursor">;

const usualLines = 100;
/** As many as the hub gives at once. */
const linesPerPage = 1_000;
const followEveryMs = 1_000;

/** The newest lines that fit, newest first, page by page as they are taken. */
async function* newest(
  client: HubClient,
  narrowed: Narrowed,
  most: number,
  signal: AbortSignal,
): AsyncGenerator<AuditLine, void, void> {
  let left = most;
  let cursor: string | undefined;
  do {
    const query = { ...narrowed, limit: Math.min(left, linesPerPage), cursor };
    const { lines, nextCursor } = await client.audit(query, signal);
    yield* lines;
    left -= lines.length;
    cursor = nextCursor;
  } while (cursor !== undefined && left > 0);
}

/** The lines that come after this begins, in their order, until it is stopped. */
async function* following(
  client: HubClient,
  narrowed: Narrowed,
  signal: AbortSignal,
  onState: (failure: HubClientError | undefined) => void,
): AsyncGenerator<AuditLine, void, void> {
  const [last] = (await client.audit({ ...narrowed, limit: 1 }, signal)).lines;
  let seen = last?.seq ?? 0;
  for (;;) {
    await setTimeout(followEveryMs, undefined, { signal });
    const lines: AuditLine[] = [];
    try {
      for await (const line of newest(client, narrowed, Number.MAX_SAFE_INTEGER, signal)) {
        if (line.seq <= seen) break;
        lines.push(line);
      }
      onState(undefined);
    } catch (error) {
      // A hub that is away comes back; one that says no goes on saying it.
      if (!HubClientError.is(error) || error.code !== "UNREACHABLE") throw error;
      onState(error);
      continue;
    }
    seen = lines[0]?.seq ?? seen;
    yield* lines.reverse();
  }
}

export const command = defineCommand({
  options: {
    who: { summary: "only what this one did, by id or name", value: "who" },
    action: {
      summary: "only this",
      value: "action",
      isRepeatable: true,
      choices: auditActions,
    },
    outcome: {
      summary: "only what came to this",
      value: "outcome",
      isRepeatable: true,
      choices: auditOutcomes,
    },
    server: {
      summary: "only what was done to the server with this id, also one that is gone",
      value: "server",
      completes: "servers",
    },
    subject: {
      summary: "only what was done to this instance, tool, toolset, token, file or route",
      value: "subject",
    },
    since: { summary: "not before: 90m, 12h or 30d ago, or a date", value: "when" },
    until: { summary: "before: 90m, 12h or 30d ago, or a date", value: "when" },
    limit: {
      summary: `so many lines (default: ${usualLines})`,
      value: "count",
      number: { least: 1, most: 10_000_000 },
    },
    all: { summary: "all lines that fit" },
    follow: { summary: "show what comes from now on, until it is stopped", short: "f" },
  },
  details: [
    "It shows who did what to what, what came of it and from where, the newest first; with --follow, as it comes. Admins of the whole hub may read it.",
    "With --json each line is one line of JSON, with what was before and after.",
  ],
  examples: [
    "audit --action token-create --action token-revoke --since 30d",
    "audit --outcome refused --follow",
    "audit --action call --server weather --subject forecast",
    "audit --all --json > audit.ndjson",
  ],
  async run({ hub, interrupted, output }, { options }) {
    const { all, follow, limit, since, until } = options;
    if (all && limit !== undefined)
      throw new CommandError("usage", "--all has no --limit: leave one of them out.");
    if (follow && (all || limit !== undefined || since !== undefined || until !== undefined))
      throw new CommandError(
        "usage",
        "--follow shows what comes from now on: leave --since, --until, --limit and --all out.",
      );
    const now = Date.now();
    const narrowed: Narrowed = {
      who: options.who,
      server: options.server,
      subject: options.subject,
      ...(options.action.length === 0 ? {} : { action: options.action }),
      ...(options.outcome.length === 0 ? {} : { outcome: options.outcome }),
      since: since === undefined ? undefined : instantOf("--since", since, "ago", now),
      until: until === undefined ? undefined : instantOf("--until", until, "ago", now),
    };
    const client = await hub();
    const show = (line: AuditLine) => output.item(line, () => [auditText(line)]);
    if (follow) {
      let isLost = false;
      const onState = (failure: HubClientError | undefined) => {
        if (failure !== undefined && !isLost)
          output.note(toned(`${failure.detail}. It is asked again.`, "warning"));
        if (failure === undefined && isLost) output.note(toned("The hub is back.", "good"));
        isLost = failure !== undefined;
      };
      for await (const line of following(client, narrowed, interrupted, onState)) show(line);
      return;
    }
    const most = all ? Number.MAX_SAFE_INTEGER : (limit ?? usualLines);
    let count = 0;
    for await (const line of newest(client, narrowed, most, interrupted)) {
      show(line);
      count += 1;
    }
    if (count === 0) output.note("Nothing in the audit fits.");
    if (count === most && limit === undefined)
      output.note(toned(`These are the newest ${count}; --all shows every line that fits.`, "dim"));
  },
});
