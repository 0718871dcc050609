import type { Toolset } from "@hub/core";
import { renamed } from "./items.js";
import { Part, type ShownItem } from "./part.js";

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
export function lets(toolset: Toolset, serverId: string, tool: string): boolean {
  const { allow, deny } = rulesOf(toolset);
  const names = (list: ReadonlySet<string>) =>
    list.has(`${serverId}/${tool}`) || list.has(`${serverId}/*`);
  return (allow === undefined || names(allow)) && !names(deny);
}

const parts = new WeakMap<Toolset, WeakMap<Part, Part>>();

/** The tools of a server that a toolset lets through, as it shows them. A changed toolset is another object. */
export function toolsetPart(toolset: Toolset, whole: Part): Part {
  const ofToolset = parts.get(toolset) ?? new WeakMap<Part, Part>();
  parts.set(toolset, ofToolset);
  const part = ofToolset.get(whole) ?? newPart(toolset, whole);
  ofToolset.set(whole, part);
  return part;
}

function newPart(toolset: Toolset, whole: Part): Part {
  const { serverId } = whole;
  const shown = whole.all.flatMap((item): ShownItem[] => {
    if (!lets(toolset, serverId, item.name)) return [];
    const override = toolset.overrides[`${serverId}/${item.name}`];
    return [override === undefined ? item : renamed(item, override)];
  });
  const isWhole =
    shown.length === whole.all.length && shown.every((item, at) => item === whole.all[at]);
  return isWhole ? whole : new Part(serverId, shown);
}
