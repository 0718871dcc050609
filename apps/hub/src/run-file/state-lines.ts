import type { FileNews, ServerPhase, ServerState } from "@hub/register/run";
import { type Line, type Piece, type Tone, toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";
import { counted } from "../command-line/words.js";
import type { SeenByHub } from "./hub-view.js";

const tones: Readonly<Record<ServerPhase, Tone>> = {
  up: "good",
  waiting: "dim",
  starting: "warning",
  failing: "bad",
  restarting: "bad",
  wrong: "bad",
  disabled: "dim",
};

/** What the hub makes of a server, in a word. */
function hubPiece({ hub, kind }: ServerState, seen: SeenByHub | undefined): Piece {
  if (kind === "none" || hub === "starting" || hub === "closed") return "";
  const words = { lost: "away", registering: "not yet", refused: "refused" } as const;
  if (hub !== "registered") return toned(words[hub], "warning");
  const status = seen?.status ?? "registered";
  return toned(status, status === "up" ? "good" : status === "registered" ? "dim" : "warning");
}

/** One table of all servers: what works, what does not, and why. */
export function stateTable(
  states: readonly ServerState[],
  seen: ReadonlyMap<string, SeenByHub>,
  columns: number | undefined,
): readonly Line[] {
  return table(
    [
      { title: "SERVER", keeps: 16 },
      { title: "STATE", keeps: "all" },
      { title: "AT THE HUB", keeps: "all" },
      { title: "TOOLS", align: "right", keeps: "all" },
      { title: "RESTARTS", align: "right", keeps: "all" },
      { title: "", keeps: 24 },
    ],
    states.map((state) => {
      const tools = state.tools ?? seen.get(state.name)?.tools;
      return [
        toned(state.name, "name"),
        toned(state.phase, tones[state.phase]),
        hubPiece(state, seen.get(state.name)),
        tools === undefined ? "" : String(tools),
        state.restarts === 0 ? "" : String(state.restarts),
        state.trouble ?? (state.kind === "relay" ? toned("relayed", "dim") : ""),
      ];
    }),
    columns,
  );
}

/** How many are up, and how many are not, in one line. */
export function summaryLine(states: readonly ServerState[]): string {
  const wanted = states.filter(({ phase }) => phase !== "disabled");
  const up = wanted.filter(({ phase }) => phase === "up").length;
  const off = states.length - wanted.length;
  return `${up} of ${counted(wanted.length, "server")} up${off === 0 ? "" : `, ${off} switched off`}`;
}

const atTheHub: Readonly<Record<ServerState["hub"], string | undefined>> = {
  registered: "registered",
  registering: "not registered yet",
  lost: "the hub is away",
  refused: "refused by the hub",
  starting: undefined,
  closed: undefined,
};

/** One change of a server, for a log that is read from top to bottom. */
export function stateLine({ name, phase, hub, tools, trouble }: ServerState): Line {
  const facts = [
    tools === undefined ? undefined : counted(tools, "tool"),
    phase === "up" ? atTheHub[hub] : undefined,
    trouble,
  ].filter((fact) => fact !== undefined);
  const rest = facts.length === 0 ? "" : `: ${facts.join(", ")}`;
  return [toned(name, "name"), " is ", toned(phase, tones[phase]), rest];
}

/** News of the file, in words; `undefined` for what needs none. */
export function newsLine(news: FileNews): Line | undefined {
  switch (news.kind) {
    case "read":
      return undefined;
    case "unreadable":
      return toned(`The file cannot be read: ${news.reason}. What runs goes on.`, "warning");
    case "note":
      return [toned(news.name, "name"), `: ${news.text}.`];
    case "changed": {
      const parts = (["added", "changed", "removed"] as const)
        .filter((kind) => news[kind].length > 0)
        .map((kind) => `${news[kind].join(", ")} ${kind}`);
      return parts.length === 0
        ? "The file was written, and no server in it changed."
        : `The file changed: ${parts.join("; ")}.`;
    }
    default:
      return news satisfies never;
  }
}
