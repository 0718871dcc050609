import type { EventKind } from "@hub/api";
import { eventKinds } from "@hub/core/events";
import { dayFrom } from "./groups.js";

/** What stands in the URL of this page. */
export type ActivitySearch = {
  /** Kinds with commas between them, in the order of `eventKinds`; none means all. */
  readonly kind?: string | undefined;
  readonly server?: string | undefined;
  /** Words that an event must have in it. */
  readonly q?: string | undefined;
  /** A day where the reader is, as `2026-11-27`. */
  readonly on?: string | undefined;
  /** The id or the name of who decided it. */
  readonly who?: string | undefined;
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
  const on = textOf(given.on);
  return {
    kind: kindText(kindsOf(textOf(given.kind))),
    server: textOf(given.server),
    q: textOf(given.q),
    on: on === undefined || dayFrom(on) === undefined ? undefined : on,
    who: textOf(given.who),
  };
}

/** Whether the page itself has to look through what the journal answers. */
export function isSifted({ q, on, who }: ActivitySearch): boolean {
  return q !== undefined || on !== undefined || who !== undefined;
}
