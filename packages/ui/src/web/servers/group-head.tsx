import type { Group } from "./groups.js";

/** The name of a group and how many servers are in it. */
export function GroupHead({ group }: { readonly group: Group }) {
  return (
    <h2 className="flex items-baseline gap-2 text-base font-semibold">
      <span className="truncate">{group.name ?? "Others"}</span>
      <span className="text-xs font-normal text-soft tabular-nums">{group.servers.length}</span>
    </h2>
  );
}
