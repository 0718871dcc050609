import type { ToolsetInput, ToolsetView } from "@hub/client";
import { counted } from "./words.js";

/** What a toolset selects, in one line. */
export function selectionText({ servers, tags, allow, deny }: ToolsetView): string {
  const parts = [
    servers.length === 0 ? "all servers" : servers.join(", "),
    ...(tags.length === 0 ? [] : [`tagged ${tags.join(" or ")}`]),
    ...(allow === undefined ? [] : [`only ${counted(allow.length, "tool")}`]),
    ...(deny.length === 0 ? [] : [`without ${counted(deny.length, "tool")}`]),
  ];
  return parts.join("; ");
}

/** The definition of a toolset, without what the hub adds to it: as it is sent to be saved. */
export function definitionOf(toolset: ToolsetView): ToolsetInput {
  const { id, name, description, servers, tags, allow, deny, overrides } = toolset;
  const { prefix, mode, repeat } = toolset;
  return {
    id,
    name,
    ...(description === undefined ? {} : { description }),
    servers: [...servers],
    tags: [...tags],
    ...(allow === undefined ? {} : { allow: [...allow] }),
    deny: [...deny],
    overrides: { ...overrides },
    prefix,
    mode,
    ...(repeat === undefined ? {} : { repeat }),
  };
}
