import { useEffect, useEffectEvent } from "react";
import { readJson } from "../schema/coerce.js";
import { isObject, type JsonObject } from "../schema/schema.js";

/** Where a text that is pasted has a place of its own. */
const ownPlaces = "input, textarea, select, [contenteditable], dialog";

/** Hears of a JSON object that somebody pastes beside all fields: as a rule, a whole call's arguments. */
export function usePastedValues(isWanted: boolean, onValues: (values: JsonObject) => void): void {
  const take = useEffectEvent((event: ClipboardEvent) => {
    if (event.target instanceof Element && event.target.closest(ownPlaces) !== null) return;
    const read = readJson(event.clipboardData?.getData("text/plain") ?? "");
    if (!read.isRead || !isObject(read.value)) return;
    event.preventDefault();
    onValues(read.value);
  });
  useEffect(() => {
    if (!isWanted) return;
    document.addEventListener("paste", take);
    return () => document.removeEventListener("paste", take);
  }, [isWanted]);
}
