import { useId, useMemo, useState } from "react";
import { FieldError, problemsAt } from "../parts/field.js";
import { Panel } from "../parts/panels.js";
import {
  allowsTool,
  markOf,
  markOfEverything,
  withEverything,
  withServer,
  withTool,
} from "./choice.js";
import { FindInput } from "./find-input.js";
import type { PartProps } from "./name-fields.js";
import { RenameTool } from "./rename-tool.js";
import { lineAfter, parentOf, type Row, rowsOf, type TreeServer, type TreeTool } from "./rows.js";
import { TreeRow } from "./tree-row.js";
import { mostFound, useBranches, useFoundTools, useToolNames } from "./use-branches.js";
import { useWindowOfRows } from "./use-window-of-rows.js";

const rowHeight = 40;

/** Servers and their tools: which of them clients get, and what they are called there. */
export function ToolTree({
  draft,
  servers,
  problems,
  onChange,
}: PartProps & { readonly servers: readonly TreeServer[] }) {
  const id = useId();
  const [words, setWords] = useState("");
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [activeKey, setActiveKey] = useState("*");
  const [renamed, setRenamed] = useState<{ serverId: string; tool: TreeTool }>();
  const wanted = words.trim();
  const { found, isCut } = useFoundTools(wanted);
  const branch = useBranches([...toggled].filter((server) => !found.has(server)));
  const namesOf = useToolNames(draft);
  const { tags } = draft;
  const rows = useMemo(
    () => rowsOf({ servers, tags, words: wanted, found, toggled, branch }),
    [servers, tags, wanted, found, toggled, branch],
  );
  const view = useWindowOfRows(rows.length, rowHeight);
  const active = Math.max(
    0,
    rows.findIndex(({ key }) => key === activeKey),
  );
  const isDrawn = active >= view.first && active < view.last;

  const go = (to: number | undefined) => {
    const row = to === undefined ? undefined : rows[to];
    if (to === undefined || row === undefined) return;
    setActiveKey(row.key);
    view.show(to);
  };
  const toggleOpen = (serverId: string) => {
    const next = new Set(toggled);
    if (!next.delete(serverId)) next.add(serverId);
    setToggled(next);
  };
  const toggle = async (row: Row) => {
    if (row.kind === "everything")
      onChange((now) => withEverything(now, markOfEverything(now) !== "all"));
    else if (row.kind === "server") {
      const { id: server, tools } = row.server;
      onChange((now) => withServer(now, server, markOf(now, server, tools) !== "all"));
    } else if (row.kind === "tool") {
      const { serverId, tool } = row;
      const isOn = !allowsTool(draft, serverId, tool.name);
      const names = isOn ? await namesOf(serverId) : [];
      onChange((now) => withTool(now, serverId, tool.name, isOn, names));
    }
  };
  const onClick = (event: React.MouseEvent) => {
    const { target } = event;
    if (!(target instanceof Element)) return;
    const at = Number(target.closest<HTMLElement>("[data-row]")?.dataset.row);
    const row = rows[at];
    if (row === undefined) return;
    setActiveKey(row.key);
    if (row.kind === "tool" && target.closest("[data-rename]") !== null) setRenamed(row);
    else if (row.kind === "server" && target.closest("[data-box]") === null)
      toggleOpen(row.server.id);
    else void toggle(row);
  };
  const onKey = (event: React.KeyboardEvent) => {
    const row = rows[active];
    if (row === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    const { key } = event;
    if (key === " " || (key === "Enter" && row.kind !== "server")) void toggle(row);
    else if (key === "Enter" && row.kind === "server") toggleOpen(row.server.id);
    else if (key === "F2" && row.kind === "tool") setRenamed(row);
    else if (key === "ArrowRight") {
      if (row.kind === "server" && !row.isOpen) toggleOpen(row.server.id);
      else if (row.kind === "everything" || rows[active + 1]?.kind === "tool") go(active + 1);
    } else if (key === "ArrowLeft") {
      if (row.kind === "server" && row.isOpen) toggleOpen(row.server.id);
      else
        go(
          row.kind === "tool"
            ? parentOf(rows, active)
            : rows[0]?.kind === "everything"
              ? 0
              : undefined,
        );
    } else {
      const to = lineAfter(rows, active, key, view.page());
      const isMove = ["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"].includes(key);
      if (!isMove) return;
      go(to);
    }
    event.preventDefault();
  };
  const problem = ["/servers", "/allow", "/deny", "/overrides"]
    .map((pointer) => problemsAt(problems, pointer))
    .find((one) => one !== undefined);
  return (
    <Panel>
      <div className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 className="text-base font-semibold">Tools</h2>
        <FindInput
          label="Find a server or a tool"
          placeholder="Find a server, or a tool by what it does"
          className="min-w-0 flex-1 basis-60"
          value={words}
          onChange={(text) => {
            setWords(text);
            setToggled(new Set());
          }}
        />
      </div>
      <div
        ref={view.area}
        role="tree"
        aria-label="Servers and their tools"
        aria-multiselectable
        tabIndex={0}
        aria-activedescendant={isDrawn && rows.length > 0 ? `${id}-${active}` : undefined}
        onScroll={view.onScroll}
        onClick={onClick}
        onKeyDown={onKey}
        className="group/tree relative h-[clamp(16rem,100dvh-34rem,48rem)] overflow-y-auto rounded-lg border border-line p-1"
      >
        <div role="none" style={{ height: rows.length * rowHeight }}>
          <div role="none" style={{ transform: `translateY(${view.first * rowHeight}px)` }}>
            {rows.slice(view.first, view.last).map((row, offset) => (
              <TreeRow
                key={row.key}
                row={row}
                index={view.first + offset}
                id={`${id}-${view.first + offset}`}
                isActive={view.first + offset === active}
                draft={draft}
              />
            ))}
          </div>
        </div>
      </div>
      <p className="mt-2 text-xs text-soft">
        {rows.length === 0
          ? "No match."
          : isCut
            ? `The best ${mostFound} tools that fit.`
            : "Arrow keys move, Space chooses, F2 renames a tool for clients."}
      </p>
      {problem !== undefined && <FieldError text={problem} />}
      {renamed !== undefined && (
        <RenameTool
          serverId={renamed.serverId}
          tool={renamed.tool}
          override={draft.overrides[`${renamed.serverId}/${renamed.tool.name}`] ?? {}}
          problems={problems}
          onOverride={(override) =>
            onChange((now) => ({
              ...now,
              overrides: {
                ...now.overrides,
                [`${renamed.serverId}/${renamed.tool.name}`]: override,
              },
            }))
          }
          onClose={() => setRenamed(undefined)}
        />
      )}
    </Panel>
  );
}
