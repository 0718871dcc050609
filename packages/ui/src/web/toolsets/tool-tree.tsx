import type { ServerSummary } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";
import { toolSearchQuery } from "../api/queries.js";
import { Button } from "../parts/controls.js";
import { Choice, FieldError, problemsAt } from "../parts/field.js";
import { Panel } from "../parts/panels.js";
import { FindInput } from "./find-input.js";
import type { PartProps } from "./name-fields.js";
import { ServerBranch } from "./server-branch.js";

const step = 40;
const mostFound = 200;

/** The tools of the selected servers: which clients get, and what they are called there. */
export function ToolTree({
  draft,
  servers,
  problems,
  onChange,
}: PartProps & { readonly servers: readonly ServerSummary[] }) {
  const [words, setWords] = useState("");
  const [most, setMost] = useState(step);
  const wanted = useDeferredValue(words.trim());
  const found = useQuery(toolSearchQuery(wanted, mostFound)).data;
  const withTool = useMemo(
    () => new Set(wanted === "" ? [] : found?.tools.map(({ serverId }) => serverId)),
    [found, wanted],
  );
  const selected = servers.filter(
    ({ id, tags }) =>
      (draft.servers.length === 0 || draft.servers.includes(id)) &&
      (draft.tags.length === 0 || tags.some((tag) => draft.tags.includes(tag))),
  );
  const lower = wanted.toLowerCase();
  const shown = selected.filter(
    ({ id, name }) => withTool.has(id) || `${id} ${name}`.toLowerCase().includes(lower),
  );
  const problem = problemsAt(problems, "/allow") ?? problemsAt(problems, "/deny");
  return (
    <Panel title="Tools">
      <Choice
        legend="Clients get"
        value={draft.choice}
        onChange={(choice) => onChange({ choice })}
        options={[
          { value: "all", label: "All", about: "Including future ones." },
          { value: "only", label: "Only these", about: "Only the tools you select." },
          { value: "without", label: "Without these", about: "All tools except those you clear." },
        ]}
      />
      {problem !== undefined && <FieldError text={problem} />}
      <FindInput
        label="Find a tool"
        placeholder="Find a tool, by name or by what it does"
        className="mt-4"
        value={words}
        onChange={setWords}
      />
      <ul aria-label="Servers and their tools" className="mt-2 divide-y divide-line">
        {shown.slice(0, most).map((server) => (
          <ServerBranch
            key={server.id}
            server={server}
            words={wanted}
            found={found?.tools}
            draft={draft}
            problems={problems}
            onChange={onChange}
          />
        ))}
      </ul>
      {shown.length === 0 && (
        <p className="py-3 text-sm text-soft">
          {selected.length === 0 ? "None of the selected servers is registered." : "No match."}
        </p>
      )}
      {shown.length > most && (
        <Button className="mt-2" onClick={() => setMost(most + step)}>
          Show more of {shown.length} servers
        </Button>
      )}
    </Panel>
  );
}
