import type { Event, EventKind } from "@hub/api";
import { sentenceOf } from "@hub/api/sentence";
import { dayFrom, dayOf } from "./groups.js";
import { kindWord } from "./kinds.js";
import { type ActivitySearch, kindsOf } from "./search.js";

/** Whether an event is one that the filter selects. */
export function isSelected(event: Event, search: ActivitySearch): boolean {
  if (search.server !== undefined && event.serverId !== search.server) return false;
  const kinds: readonly EventKind[] = kindsOf(search.kind);
  if (kinds.length > 0 && !kinds.some((kind) => kind === event.kind)) return false;
  const { q, on, who } = search;
  if (on !== undefined && dayOf(Date.parse(event.at)) !== dayFrom(on)) return false;
  if (who !== undefined && !deciderOf(event)?.includes(who)) return false;
  return q === undefined || hasWords(event, q);
}

/** The id and the name of who decided it, where somebody did. */
export function deciderOf(event: Event): readonly string[] | undefined {
  if (!("by" in event)) return undefined;
  const { id, name } = event.by;
  return name === undefined ? [id] : [id, name];
}

/** Whether every word stands in what the page says of an event. */
function hasWords(event: Event, words: string): boolean {
  const { text, fix = "", place = "" } = sentenceOf(event);
  const items = "items" in event ? event.items.map(({ key }) => key).join(" ") : "";
  const said = [event.name, event.serverId, text, fix, place, kindWord(event.kind), items];
  const all = said.join(" ").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
