import type { Entry, EntryRecord } from "@hub/core";
import { type Policy, subjectOf } from "@hub/core/access";
import { bytesOfOne } from "./combined.js";
import { Part } from "./part.js";

/** What a selection is narrowed to: see there. */
type Narrowed = { readonly policy?: Policy | undefined };

/**
 * By policy, so that nothing is kept for a policy that nobody has any more. Keys are the same for grants that
 * allow the same, so that views are kept once for all who have them.
 */
const narrowed = new WeakMap<Policy, WeakMap<object, object>>();

/** What somebody sees of a selection: what the policy lets be called. The selection itself where that is all of it. */
export function narrowedTo<Selection extends Narrowed & { readonly key: string }>(
  selection: Selection,
  policy: Policy,
): Selection {
  if (policy.mayWithAll("call")) return selection;
  const known = narrowed.get(policy) ?? new WeakMap<Selection, Selection>();
  narrowed.set(policy, known);
  const made = known.get(selection) ?? {
    ...selection,
    key: `${selection.key} ${policy.key}`,
    policy,
  };
  known.set(selection, made);
  return made as Selection; // what is kept for a selection was made of it
}

/** Whether anything of a server may be called; what may not is not there. */
export function mayCallSome({ policy }: Narrowed, record: EntryRecord): boolean {
  return policy === undefined || policy.may("call", subjectOf(record));
}

/** The same for a server of which nothing but its id is known. */
export function mayCallId({ policy }: Narrowed, id: string): boolean {
  return policy === undefined || policy.may("call", { id, tags: [] });
}

/** Whether all of a server may be called: its prompts, its resources, and every tool, also those to come. */
export function mayCallWhole({ policy }: Narrowed, record: EntryRecord): boolean {
  return policy === undefined || policy.mayWithWhole("call", subjectOf(record));
}

/** Which tools of a server may be called, by the names that it gives them. */
export function callableTools(
  { policy }: Narrowed,
  record: EntryRecord,
): (tool: string) => boolean {
  const server = policy === undefined ? undefined : subjectOf(record);
  if (policy === undefined || server === undefined || policy.mayWithWhole("call", server))
    return () => true;
  return (tool) => policy.may("call", { server, tool });
}

/** Of the tools that a server shows those that may be called, and about what they take beside, in bytes. */
export function callablePart(
  selection: Narrowed,
  { record }: Entry,
  whole: Part,
): { readonly part: Part; readonly ownBytes: number } {
  if (mayCallWhole(selection, record)) return { part: whole, ownBytes: 0 };
  const mayCall = callableTools(selection, record);
  const items = whole.all.filter(({ name }) => mayCall(name));
  return { part: new Part(whole.serverId, items), ownBytes: items.length * bytesOfOne };
}
