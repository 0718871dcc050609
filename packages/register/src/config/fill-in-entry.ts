import { dirname } from "node:path";
import type { ConfigEntry, ReadTemplate } from "@hub/api/client-files";
import type { Surroundings } from "./fill-in.js";
import { type ReadEntry, readEntry } from "./read-entry.js";

/** An entry with everything in place: `disabled` and `wrong` as they were read. */
export function fillInEntry(
  { read }: ConfigEntry,
  file: string,
  surroundings: Omit<Surroundings, "folder">,
): ReadEntry | (ReadTemplate & { kind: "disabled" }) {
  if (read.kind !== "server") return read;
  return readEntry(read.server, { ...surroundings, folder: dirname(file) });
}
