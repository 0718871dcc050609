import type { Toolset } from "@hub/core";
import { bytesOf } from "@hub/core/text";
import { bytesOfOne } from "./combined.js";
import { renamed } from "./items.js";
import { Part, type ShownItem } from "./part.js";

/** About what it costs to hold a tool under another name or title, beside its definition and the override. */
const bytesOfRenamed = 1_000;

type Rules = {
  /** Undefined: everything. */
  readonly allow: ReadonlySet<string> | undefined;
  readonly deny: ReadonlySet<string>;
};

const rules = new WeakMap<Toolset, Rules>();

function rulesOf(toolset: Toolset): Rules {
  const known = rules.get(toolset);
  if (known !== undefined) return known;
  const { allow, deny } = toolset;
  const made = { allow: allow === undefined ? undefined : new Set(allow), deny: new Set(deny) };
  rules.set(toolset, made);
  return made;
}

/** Whether a toolset lets a tool through: its allow list, where it has one, and then its deny list. */
export function allows(toolset: Toolset, serverId: string, tool: string): boolean {
  const { allow, deny } = rulesOf(toolset);
  const names = (list: ReadonlySet<string>) =>
    list.has(`${serverId}/${tool}`) || list.has(`${serverId}/*`);
  return (allow === undefined || names(allow)) && !names(deny);
}

/**
 * The tools of a server that a toolset lets through, as it shows them, and about what they take beside what
 * the server shows anyway, in bytes. Made for one view and kept by it, so that views can be held to a budget.
 */
export function toolsetPart(
  toolset: Toolset,
  whole: Part,
): { readonly part: Part; readonly ownBytes: number } {
  const { serverId } = whole;
  let changed = 0;
  const shown = whole.all.flatMap((item): ShownItem[] => {
    if (!allows(toolset, serverId, item.name)) return [];
    const override = toolset.overrides[`${serverId}/${item.name}`];
    if (override === undefined) return [item];
    changed += item.item.bytes + bytesOf(JSON.stringify(override)) + bytesOfRenamed;
    return [renamed(item, override)];
  });
  const isWhole =
    shown.length === whole.all.length && shown.every((item, at) => item === whole.all[at]);
  if (isWhole) return { part: whole, ownBytes: 0 };
  return { part: new Part(serverId, shown), ownBytes: shown.length * bytesOfOne + changed };
}
