import type { ServerDetail } from "@hub/api";
import type { EditInput } from "@hub/client";

/** What an operator says of a server, as somebody types it. An empty field says nothing. */
export type EditDraft = {
  readonly title: string;
  readonly description: string;
  /** With commas between them. */
  readonly tags: string;
  readonly owner: string;
  readonly documentation: string;
  readonly onCall: string;
  readonly lifecycle: string;
  readonly replacedBy: string;
  readonly hidden: boolean;
  readonly callTimeoutMs: string;
  /** One tool a line: its name, an equals sign, milliseconds. */
  readonly toolTimeoutsMs: string;
  readonly maxInFlight: string;
};

export function draftOf({ edits = {} }: Pick<ServerDetail, "edits">): EditDraft {
  const timeouts = Object.entries(edits.toolTimeoutsMs ?? {});
  return {
    title: edits.title ?? "",
    description: edits.description ?? "",
    tags: (edits.tags ?? []).join(", "),
    owner: edits.owner ?? "",
    documentation: edits.documentation ?? "",
    onCall: edits.onCall ?? "",
    lifecycle: edits.lifecycle ?? "",
    replacedBy: edits.replacedBy ?? "",
    hidden: edits.hidden === true,
    callTimeoutMs: edits.callTimeoutMs?.toString() ?? "",
    toolTimeoutsMs: timeouts.map(([tool, ms]) => `${tool} = ${ms}`).join("\n"),
    maxInFlight: edits.maxInFlight?.toString() ?? "",
  };
}

/**
 * What somebody changed in a draft, as the hub takes it: a field that was emptied is taken back, and what
 * nobody touched is left out. What is no number goes as it is typed: the hub says what is wrong with it.
 */
export function changeOf(before: EditDraft, after: EditDraft): EditInput {
  const touched = (Object.keys(after) as (keyof EditDraft)[]).filter(
    (field) => before[field] !== after[field],
  );
  const change = Object.fromEntries(touched.map((field) => [field, saidIn(field, before, after)]));
  // The hub judges it, field by field.
  return change as EditInput;
}

function saidIn(field: keyof EditDraft, before: EditDraft, after: EditDraft): unknown {
  if (field === "hidden") return after.hidden ? true : null;
  const text = after[field].trim();
  if (text === "") return null;
  switch (field) {
    case "tags":
      return listOf(text);
    case "callTimeoutMs":
    case "maxInFlight":
      return numberOf(text);
    case "toolTimeoutsMs": {
      const gone = Object.keys(timeoutsIn(before.toolTimeoutsMs)).map((tool) => [tool, null]);
      return { ...Object.fromEntries(gone), ...timeoutsIn(text) };
    }
    default:
      return text;
  }
}

const listOf = (text: string) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

const numberOf = (text: string) => (/^\d+$/.test(text) ? Number(text) : text);

function timeoutsIn(text: string): Record<string, unknown> {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => {
      // Names of tools may hold equals signs; milliseconds do not.
      const at = line.lastIndexOf("=");
      return at === -1
        ? [line.trim(), "nothing after it"]
        : [line.slice(0, at).trim(), numberOf(line.slice(at + 1).trim())];
    }),
  );
}
