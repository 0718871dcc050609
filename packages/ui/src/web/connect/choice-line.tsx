import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { type Choice, configPath } from "./search.js";

/** What is connected to and how, as one line; the fields that change it are folded below it. */
export function ChoiceLine({
  choice,
  children,
}: {
  readonly choice: Choice;
  readonly children: React.ReactNode;
}) {
  // Something must still be chosen: then the fields are what one came for.
  const isOpenAtFirst = configPath("any", choice) === undefined;
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  return (
    <details
      open={isOpen || isOpenAtFirst}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="rounded-lg border border-line"
    >
      <summary
        data-testid="choice"
        className="flex min-h-9 list-none flex-wrap items-center gap-x-2 gap-y-1 rounded-lg px-3 py-1.5 text-sm hover:bg-raised"
      >
        <SlidersHorizontal className="size-4 shrink-0 text-soft" aria-hidden="true" />
        <span className="min-w-0 break-words">{choiceText(choice)}</span>
        <span className="font-medium text-accent underline underline-offset-2">change</span>
      </summary>
      <div className="grid grid-cols-1 gap-4 border-t border-line p-3">{children}</div>
    </details>
  );
}

/** As “Whole hub, through the hub, all tools”. */
export function choiceText({ servers, toolset, isDirect, isSearch }: Choice): string {
  if (toolset !== undefined)
    return toolset === "" ? "A toolset, not chosen yet" : `Toolset ${toolset}`;
  const what =
    servers === undefined
      ? "Whole hub"
      : servers.length === 0
        ? "Some servers, not chosen yet"
        : servers.length <= 2
          ? servers.join(" and ")
          : `${servers.length} servers`;
  const way = isDirect ? "directly" : "through the hub";
  return [what, way, ...(isDirect ? [] : [isSearch ? "search" : "all tools"])].join(", ");
}
