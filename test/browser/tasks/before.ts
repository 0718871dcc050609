import type { Figures } from "./report.js";

/** The last commit of the page as it was before it was designed anew. */
export const commitBefore = "197e364d";

/** What the same tasks took there, by the shortest way it had; those that are missing could not be done. */
export const before: Readonly<Record<string, Figures & { readonly way: string }>> = {
  "find the one that is down, and why": {
    clicks: 0,
    keys: 0,
    seconds: 0.1,
    way: "its card among the others, by name",
  },
  "find what changed yesterday": {
    clicks: 2,
    keys: 0,
    seconds: 0.7,
    way: "Activity, the kind Offers",
  },
  "read the last hour's errors": { clicks: 1, keys: 0, seconds: 0.5, way: "Traffic" },
  "see who calls billing": { clicks: 2, keys: 0, seconds: 1.3, way: "its card, Calls" },
  "call a tool with nested arguments": {
    clicks: 4,
    keys: 3,
    seconds: 0.9,
    way: "its card, Tools, Raw JSON, the field, Ctrl A, Ctrl V, Ctrl Enter",
  },
  "connect Cursor to two servers": {
    clicks: 6,
    keys: 0,
    seconds: 0.6,
    way: "Connect, Some servers, one, the other, Cursor, Copy text",
  },
  "make a toolset under 128 tools": {
    clicks: 6,
    keys: 4,
    seconds: 1.2,
    way: "Toolsets, New toolset, Name, four letters, one server, the other, Create toolset",
  },
  "hide a server": {
    clicks: 4,
    keys: 0,
    seconds: 1.3,
    way: "its card, Edit, Hide it, Save changes",
  },
};
