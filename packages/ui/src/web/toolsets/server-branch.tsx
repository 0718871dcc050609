import type { ServerSummary, ToolList } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../parts/controls.js";
import { Loading, Problem } from "../parts/panels.js";
import { allowsTool, countThrough, withServer, withTool } from "./choice.js";
import type { PartProps } from "./name-fields.js";
import { serverToolsQuery } from "./queries.js";
import { ToolLeaf } from "./tool-leaf.js";

const step = 50;

/** One server of the tree. Its tools are read when somebody looks at them. */
export function ServerBranch({
  server,
  words,
  found,
  draft,
  problems,
  onChange,
}: PartProps & {
  readonly server: ServerSummary;
  readonly words: string;
  /** Tools of all servers that fit the words. */
  readonly found: ToolList["tools"] | undefined;
}) {
  const { id, name } = server;
  const [isOpen, setOpen] = useState(false);
  const [most, setMost] = useState(step);
  const fits = new Set(
    words === "" ? [] : found?.filter((tool) => tool.serverId === id).map((tool) => tool.name),
  );
  const isShown = isOpen || fits.size > 0;
  const read = useQuery({ ...serverToolsQuery(id), enabled: isShown });
  const tools = read.data?.tools ?? [];
  const narrowed = tools.filter(
    (tool) => fits.size === 0 || fits.has(tool.name) || tool.name.includes(words),
  );
  const total = read.data?.tools.length ?? server.capabilities?.tools ?? 0;
  const count = countThrough(draft, id, total);
  const isFixed = draft.choice === "all";
  return (
    <li data-branch={id}>
      <div className="flex min-h-11 items-center gap-2">
        <ServerCheckbox
          label={`All tools of ${name}`}
          count={count}
          total={total}
          isFixed={isFixed}
          onChange={(isOn) => onChange(withServer(draft, id, isOn))}
        />
        <button
          type="button"
          aria-expanded={isShown}
          onClick={() => setOpen(!isOpen)}
          className="flex min-h-9 min-w-0 flex-1 items-center gap-2 rounded-lg px-1 text-left text-sm hover:bg-raised"
        >
          <ChevronRight
            className={`size-4 shrink-0 text-soft ${isShown ? "rotate-90" : ""}`}
            aria-hidden="true"
          />
          <span className="truncate font-medium">{name}</span>
          <span className="ml-auto shrink-0 text-xs text-soft tabular-nums">
            {count} of {total}
          </span>
        </button>
      </div>
      {isShown && read.isError && (
        <Problem error={read.error} onRetry={() => void read.refetch()} />
      )}
      {isShown && read.isPending && <Loading what={`tools of ${name}`} className="h-9" />}
      {isShown && (
        <ul aria-label={`Tools of ${name}`} className="pb-2 pl-6">
          {narrowed.slice(0, most).map((tool) => (
            <ToolLeaf
              key={tool.name}
              serverId={id}
              tool={tool}
              isOn={allowsTool(draft, id, tool.name)}
              isFixed={isFixed}
              override={draft.overrides[`${id}/${tool.name}`] ?? {}}
              problems={problems}
              onToggle={(isOn) => {
                const names = tools.map((one) => one.name);
                onChange(withTool(draft, id, tool.name, isOn, names));
              }}
              onOverride={(override) =>
                onChange({
                  overrides: { ...draft.overrides, [`${id}/${tool.name}`]: override },
                })
              }
            />
          ))}
          {narrowed.length > most && (
            <li>
              <Button look="quiet" onClick={() => setMost(most + step)}>
                Show more of {narrowed.length}
              </Button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

/** Checked, unchecked, or between the two when some of its tools are. */
function ServerCheckbox({
  label,
  count,
  total,
  isFixed,
  onChange,
}: {
  readonly label: string;
  readonly count: number;
  readonly total: number;
  readonly isFixed: boolean;
  readonly onChange: (isOn: boolean) => void;
}) {
  const box = useRef<HTMLInputElement>(null);
  const isSome = count > 0 && count < total;
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = isSome;
  }, [isSome]);
  return (
    <input
      ref={box}
      type="checkbox"
      aria-label={label}
      className="size-4 shrink-0 accent-accent-solid"
      checked={count > 0 && count === total}
      disabled={isFixed}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}
