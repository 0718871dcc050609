import { Plus } from "lucide-react";
import { useState } from "react";
import { shownError } from "../api/problem.js";
import { Button } from "../parts/controls.js";
import { FieldError } from "../parts/field.js";
import { Code, Empty, Panel } from "../parts/panels.js";
import { filled, type Pasted, type PastedUrl } from "./pasted.js";
import { PastedRow } from "./pasted-row.js";
import { type Added, type Outcome, useAdd } from "./queries.js";

type Answers = Readonly<Record<string, string>>;

/** What a file names: the URLs to add with one click, and the command for all else. */
export function PastedServers({ pasted }: { readonly pasted: Pasted }) {
  const { servers, leftOut } = pasted;
  const urls = servers.filter((one) => one.kind === "url");
  const commands = servers.filter((one) => one.kind === "command");
  if (servers.length + leftOut.length === 0) return <Empty title="The file names no server" />;
  return (
    <>
      {urls.length > 0 && <Urls urls={urls} />}
      {commands.length > 0 && (
        <Panel title={commands.length === 1 ? "One command" : `${commands.length} commands`}>
          <p className="mb-3 text-sm text-soft">
            The hub runs no commands. This one line, in the folder of MCP Hub, serves every server
            of the file and keeps its secrets where they are:
          </p>
          <Code
            text={`MCP_HUB_URL=${window.location.origin} npm run hub -- run mcp.json`}
            what="the command that serves the file"
          />
          <ul className="mt-4 grid grid-cols-1 gap-3">
            {commands.map(({ name, line }) => (
              <li key={name}>
                <p className="mb-1 text-sm font-medium">Only {name}</p>
                {line === undefined ? (
                  <p className="text-sm text-soft">
                    A secret stands in its arguments: serve it with the file.
                  </p>
                ) : (
                  <Code text={line} what={`the command for ${name}`} />
                )}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {leftOut.length > 0 && (
        <ul className="grid grid-cols-1 gap-1 text-sm text-soft">
          {leftOut.map(({ name, reason }) => (
            <li key={name}>
              <span className="font-medium">{name}</span> is left out: {reason}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Urls({ urls }: { readonly urls: readonly PastedUrl[] }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(urls.filter(({ obstacle }) => obstacle === undefined).map(({ name }) => name)),
  );
  const [answers, setAnswers] = useState<Answers>({});
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const add = useAdd();
  const isDone = (name: string) => !["refused", undefined].includes(outcomes.get(name)?.kind);
  const wanted = urls.filter(({ name }) => chosen.has(name) && !isDone(name));
  const isOpen = wanted.some(({ open }) =>
    open.some(({ key, otherwise }) => (answers[key] ?? otherwise) === ""),
  );
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    if (wanted.length === 0 || isOpen || add.isPending) return;
    const results = await add.mutateAsync(wanted.map((one) => addedOf(one, answers)));
    setOutcomes((now) => {
      const next = new Map(now);
      for (const [at, { name }] of wanted.entries()) {
        const outcome = results[at];
        if (outcome !== undefined) next.set(name, outcome);
      }
      return next;
    });
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Panel title={urls.length === 1 ? "One server at a URL" : `${urls.length} servers at URLs`}>
        <ul className="grid grid-cols-1 gap-2">
          {urls.map((server) => (
            <PastedRow
              key={server.name}
              server={server}
              isChosen={chosen.has(server.name)}
              onToggle={() => setChosen((now) => toggled(now, server.name))}
              answers={answers}
              onAnswer={(key, value) => setAnswers((now) => ({ ...now, [key]: value }))}
              outcome={outcomes.get(server.name)}
            />
          ))}
        </ul>
        {add.error !== null && <FieldError text={shownError(add.error).detail} />}
        <div className="mt-4 flex flex-wrap items-center gap-3">
          <Button
            type="submit"
            look="solid"
            disabled={wanted.length === 0 || isOpen || add.isPending}
          >
            <Plus className="size-4" aria-hidden="true" />
            {add.isPending
              ? "Adding…"
              : wanted.length === 1
                ? "Add one server"
                : `Add ${wanted.length} servers`}
          </Button>
          {isOpen && <p className="text-sm text-soft">Fill in what the file leaves open first.</p>}
        </div>
      </Panel>
    </form>
  );
}

function toggled(chosen: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(name)) next.add(name);
  return next;
}

function addedOf({ name, url, transport, headers }: PastedUrl, answers: Answers): Added {
  return {
    registration: { name, transport, endpoint: filled(url, answers) },
    headers: Object.entries(headers).map(([header, value]) => ({
      name: header,
      value: filled(value, answers),
    })),
  };
}
