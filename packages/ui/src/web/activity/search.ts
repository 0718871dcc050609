import type { EventKind } from "@hub/api";
import { eventKinds } from "../live/event-kinds.js";

/** What stands in the URL of this page. */
export type ActivitySearch = {
  /** Kinds with commas between them, in the order of `eventKinds`; none means all. */
  readonly kind?: string | undefined;
  readonly server?: string | undefined;
};

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** The kinds that a query string names; what nobody knows is left out. */
export function kindsOf(text: string | undefined): readonly EventKind[] {
  const named = new Set(text?.split(","));
  return eventKinds.filter((kind) => named.has(kind));
}

export function kindText(kinds: readonly EventKind[]): string | undefined {
  const text = eventKinds.filter((kind) => kinds.includes(kind)).join(",");
  return text === "" || kinds.length === eventKinds.length ? undefined : text;
}

export function readActivitySearch(given: Record<string, unknown>): ActivitySearch {
  return { kind: kindText(kindsOf(textOf(given.kind))), server: textOf(given.server) };
}
