import { sentenceOf } from "@hub/api/sentence";
import type { Event } from "@hub/client";
import { eventKinds } from "@hub/core/events";
import { defineCommand } from "../command-line/command.js";
import { findServer } from "../command-line/find-server.js";
import { type Line, type Piece, toned } from "../command-line/styled.js";
import { markOf } from "../event-mark.js";

function markPiece(event: Event): Piece {
  const mark = markOf(event);
  if (mark === "✓" || mark === "+") return toned(mark, "good");
  if (mark === "✗") return toned(mark, "bad");
  return mark === "!" || mark === "?" ? toned(mark, "warning") : mark;
}

function lineOf(event: Event): Line {
  const { text, fix, place } = sentenceOf(event);
  return [
    toned(new Date(event.at).toTimeString().slice(0, 8), "dim"),
    "  ",
    markPiece(event),
    " ",
    toned(event.serverId, "name"),
    `  ${[text, fix].filter((part) => part !== undefined).join(" ")}`,
    ...(place === undefined ? [] : [toned(`  ${place}`, "dim")]),
  ];
}

export const command = defineCommand({
  args: {
    server: {
      summary: "only this server, by id or name",
      isOptional: true,
      completes: "servers",
    },
  },
  options: {
    kind: {
      summary: "only events of this kind",
      value: "kind",
      isRepeatable: true,
      choices: eventKinds,
    },
    after: {
      summary: "begin behind the event with this number, instead of now",
      value: "number",
      number: { least: 0, most: 999_999_999_999_999 },
    },
  },
  details: [
    "It shows what happens until it is stopped, also over a restart of the hub. With --json each event is one line.",
  ],
  examples: ["watch", "watch weather --kind status-changed", "watch --json | jq .kind"],
  async run(context, { args, options }) {
    const { hub, interrupted, output } = context;
    const client = await hub();
    const server =
      args.server === undefined ? undefined : (await findServer(client, args.server, context)).id;
    const { after, kind } = options;
    let isLost = false;
    const events = client.watch({
      server,
      ...(kind.length === 0 ? {} : { kind }),
      after,
      signal: interrupted,
      onState: (state) => {
        if (state.state === "waiting" && !isLost)
          output.note(toned(`${state.error.detail}. It is asked again.`, "warning"));
        if (state.state === "open" && isLost) output.note(toned("The hub is back.", "good"));
        isLost = state.state === "waiting";
      },
    });
    for await (const event of events) {
      if (event.kind === "reset")
        output.item(event, () => [
          toned("Events were missed: the journal begins later.", "warning"),
        ]);
      else output.item(event, () => [lineOf(event)]);
    }
  },
});
