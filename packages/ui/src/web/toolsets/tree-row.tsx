import { Check, ChevronRight, Minus, Pencil } from "lucide-react";
import { IconButton } from "../parts/controls.js";
import { Badge } from "../parts/panels.js";
import { StatusMark } from "../parts/status.js";
import { allowsTool, countThrough, type Mark, markOf, markOfEverything } from "./choice.js";
import type { Draft } from "./draft.js";
import type { Row } from "./rows.js";
import { amount } from "./words.js";

const checked = { all: "true", some: "mixed", none: "false" } as const;

/** A checkbox for the eye; the line itself says it to those who hear the page. */
function Box({ mark }: { readonly mark: Mark }) {
  const Icon = { all: Check, some: Minus, none: undefined }[mark];
  return (
    <span
      aria-hidden="true"
      data-box=""
      className="flex size-9 shrink-0 cursor-pointer items-center justify-center"
    >
      <span
        className={`flex size-4.5 items-center justify-center rounded-md border ${mark === "none" ? "border-line-strong bg-surface" : "border-accent-solid bg-accent-solid text-on-accent"}`}
      >
        {Icon !== undefined && <Icon className="size-3.5" />}
      </span>
    </span>
  );
}

/** One line of the tree. What is done with it is heard by the tree: `data-row` says which line it is. */
export function TreeRow({
  row,
  index,
  id,
  isActive,
  draft,
}: {
  readonly row: Row;
  readonly index: number;
  readonly id: string;
  readonly isActive: boolean;
  readonly draft: Draft;
}) {
  const line = `flex h-10 items-center gap-2 rounded-lg pr-2 text-sm ${isActive ? "group-focus-visible/tree:outline-2 group-focus-visible/tree:-outline-offset-2 group-focus-visible/tree:outline-accent" : ""}`;
  const common = { id, "data-row": index };
  switch (row.kind) {
    case "everything": {
      const mark = markOfEverything(draft);
      return (
        <div
          {...common}
          role="treeitem"
          tabIndex={-1}
          aria-level={1}
          aria-expanded
          aria-checked={checked[mark]}
          className={`${line} cursor-pointer pl-8 hover:bg-raised`}
        >
          <Box mark={mark} />
          <span className="min-w-0 truncate font-medium">All servers, those to come too</span>
        </div>
      );
    }
    case "server": {
      const { server, isOpen, place } = row;
      const count = countThrough(draft, server.id, server.tools);
      const mark = markOf(draft, server.id, server.tools);
      return (
        <div
          {...common}
          role="treeitem"
          tabIndex={-1}
          aria-level={2}
          aria-setsize={place.of}
          aria-posinset={place.at}
          aria-expanded={isOpen}
          aria-checked={checked[mark]}
          data-branch={server.id}
          className={`${line} cursor-pointer hover:bg-raised`}
        >
          <ChevronRight
            className={`ml-2 size-4 shrink-0 text-soft ${isOpen ? "rotate-90" : ""}`}
            aria-hidden="true"
          />
          <Box mark={mark} />
          <span className="min-w-0 flex-1 truncate font-medium" title={server.name}>
            {server.name}
          </span>
          {server.status === undefined ? (
            <Badge tone="warn" isWhole>
              not registered
            </Badge>
          ) : (
            server.status !== "up" && <StatusMark status={server.status} />
          )}
          <span className="shrink-0 text-xs text-soft tabular-nums">
            {amount(count)} of {amount(server.tools)}
            <span className="sr-only"> {server.tools === 1 ? "tool" : "tools"}</span>
          </span>
        </div>
      );
    }
    case "tool": {
      const { serverId, tool, place } = row;
      const { name = "", description } = draft.overrides[`${serverId}/${tool.name}`] ?? {};
      const isOn = allowsTool(draft, serverId, tool.name);
      const about =
        description === undefined || description === "" ? tool.description : description;
      return (
        <div
          {...common}
          role="treeitem"
          tabIndex={-1}
          aria-level={3}
          aria-setsize={place.of}
          aria-posinset={place.at}
          aria-checked={isOn}
          data-tool={tool.name}
          className={`${line} cursor-pointer pl-14 hover:bg-raised`}
        >
          <Box mark={isOn ? "all" : "none"} />
          <span className="min-w-0 truncate font-mono text-code" title={tool.name}>
            {tool.name}
          </span>
          {name.trim() !== "" && <Badge tone="accent">{name.trim()}</Badge>}
          <span className="min-w-0 flex-1 truncate text-xs text-soft max-sm:hidden" title={about}>
            {about}
          </span>
          <IconButton
            label={`Rename ${tool.name}`}
            isSmall
            tabIndex={-1}
            data-rename=""
            className="ml-auto shrink-0"
          >
            <Pencil className="size-4" aria-hidden="true" />
          </IconButton>
        </div>
      );
    }
    case "note":
      return (
        <div className="flex h-10 items-center truncate pl-18 text-xs text-soft">{row.text}</div>
      );
    default:
      return row satisfies never;
  }
}
