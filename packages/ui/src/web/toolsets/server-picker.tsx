import type { ServerSummary } from "@hub/api";
import { useState } from "react";
import { Button } from "../parts/controls.js";
import { FieldError, problemsAt } from "../parts/field.js";
import { Badge, Panel } from "../parts/panels.js";
import { ScrollArea } from "../parts/scroll-area.js";
import { StatusMark } from "../parts/status.js";
import { choicesOf } from "../servers/search.js";
import { FindInput } from "./find-input.js";
import type { PartProps } from "./name-fields.js";
import { plural } from "./words.js";

const step = 50;

const toggled = (list: readonly string[], item: string) =>
  list.includes(item) ? list.filter((one) => one !== item) : [...list, item];

/** Which servers, by name and by tag. One that is named and not registered stays in the list. */
export function ServerPicker({
  draft,
  servers,
  problems,
  onChange,
}: PartProps & { readonly servers: readonly ServerSummary[] }) {
  const [words, setWords] = useState("");
  const [most, setMost] = useState(step);
  // Those that were chosen when the list was opened come first, so that none moves under a click.
  const [first] = useState(() => new Set(draft.servers));
  const byId = new Map(servers.map((server) => [server.id, server]));
  const unknown = draft.servers.filter((id) => !byId.has(id));
  const wanted = words.toLowerCase();
  const found = [...unknown, ...byId.keys()]
    .filter((id) => `${id} ${byId.get(id)?.name ?? ""}`.toLowerCase().includes(wanted))
    .sort((a, b) => Number(first.has(b)) - Number(first.has(a)));
  const tags = [
    ...new Set([
      ...draft.tags,
      ...choicesOf(servers, (server) => server.tags).map(({ value }) => value),
    ]),
  ];
  const problem = problemsAt(problems, "/servers") ?? problemsAt(problems, "/tags");
  return (
    <Panel
      title="Servers"
      actions={
        <span className="text-sm text-soft">
          {draft.servers.length === 0
            ? "All servers, including future ones"
            : `${draft.servers.length} chosen`}
        </span>
      }
    >
      <div className="mb-2 flex gap-2">
        <FindInput label="Find a server" value={words} onChange={setWords} />
        {draft.servers.length > 0 && <Button onClick={() => onChange({ servers: [] })}>All</Button>}
      </div>
      <ScrollArea
        label="Servers to choose"
        className="max-h-64 overflow-y-auto rounded-lg border border-line"
      >
        <ul>
          {found.slice(0, most).map((id) => {
            const server = byId.get(id);
            return (
              <li key={id}>
                <label className="flex min-h-10 cursor-pointer items-center gap-3 px-3 py-1 text-sm hover:bg-raised">
                  <input
                    type="checkbox"
                    className="size-4 shrink-0 accent-accent-solid"
                    checked={draft.servers.includes(id)}
                    onChange={() => onChange({ servers: toggled(draft.servers, id) })}
                  />
                  <span className="min-w-0 flex-1 truncate">
                    {server?.name ?? id}
                    {server !== undefined && (
                      <span className="ml-2 hidden text-xs text-soft sm:inline">
                        {plural(server.capabilities?.tools ?? 0, "tool")}
                      </span>
                    )}
                  </span>
                  {server === undefined ? (
                    <Badge tone="warn">not registered</Badge>
                  ) : (
                    <StatusMark status={server.status} />
                  )}
                </label>
              </li>
            );
          })}
          {found.length === 0 && (
            <li className="px-3 py-2 text-sm text-soft">No matching server.</li>
          )}
        </ul>
        {found.length > most && (
          <Button look="quiet" onClick={() => setMost(most + step)}>
            Show more of {found.length}
          </Button>
        )}
      </ScrollArea>
      {tags.length > 0 && (
        <fieldset className="mt-4">
          <legend className="mb-1 text-sm font-medium">Only servers with one of these tags</legend>
          <div className="flex flex-wrap gap-1.5">
            {tags.map((tag) => (
              <label
                key={tag}
                className="flex min-h-8 max-w-full cursor-pointer items-center gap-1.5 rounded-lg border border-line px-2 text-sm has-checked:border-accent has-checked:bg-accent-soft"
              >
                <input
                  type="checkbox"
                  className="accent-accent-solid"
                  checked={draft.tags.includes(tag)}
                  onChange={() => onChange({ tags: toggled(draft.tags, tag) })}
                />
                <span className="min-w-0 truncate">{tag}</span>
              </label>
            ))}
          </div>
        </fieldset>
      )}
      {problem !== undefined && <FieldError text={problem} />}
    </Panel>
  );
}
