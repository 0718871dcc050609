import type { ServerDetail } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Panel } from "../parts/panels.js";
import { textOf } from "./definition.js";
import { offersQuery } from "./queries.js";

const mostTools = 8;

/** What a server can do: its tools by name, and how much else there is. */
export function OfferPanel({ server }: { readonly server: ServerDetail }) {
  const { id, capabilities, status } = server;
  const { data } = useQuery({ ...offersQuery(id, "tools"), enabled: capabilities !== null });
  if (capabilities === null)
    return (
      <Panel title="What it can do">
        <p className="text-sm text-soft">
          {status === "needs-token"
            ? "It shows its tools, resources and prompts only with its own token, which the hub does not have."
            : "The hub has not read its tools, resources and prompts yet. It does so with the first good probe."}
        </p>
      </Panel>
    );
  const resources = capabilities.resources + capabilities.resourceTemplates;
  const others = [
    ["resources", resources, resources === 1 ? "resource" : "resources"],
    ["prompts", capabilities.prompts, capabilities.prompts === 1 ? "prompt" : "prompts"],
  ] as const;
  const tools = data?.tools ?? [];
  const link = "text-accent hover:underline";
  return (
    <Panel
      title="What it can do"
      actions={
        <span className="flex gap-4 text-sm">
          {others.map(([tab, count, noun]) =>
            count === 0 ? null : (
              <Link
                key={tab}
                to="/ui/servers/$id"
                params={{ id }}
                search={{ tab }}
                className={link}
              >
                {count} {noun}
              </Link>
            ),
          )}
        </span>
      }
    >
      {capabilities.tools === 0 ? (
        <p className="text-sm text-soft">It offers no tools.</p>
      ) : (
        <ul
          aria-label="Tools"
          className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-2 md:grid-cols-2"
        >
          {tools.slice(0, mostTools).map((tool) => (
            <li key={tool.name} className="min-w-0">
              <Link
                to="/ui/servers/$id"
                params={{ id }}
                search={{ tab: "tools", item: tool.name }}
                className={`block truncate font-mono text-code ${link}`}
                title={tool.name}
              >
                {tool.name}
              </Link>
              <span className="block truncate text-sm text-soft">
                {textOf(tool.description)?.split("\n")[0] ?? textOf(tool.title) ?? ""}
              </span>
            </li>
          ))}
        </ul>
      )}
      {capabilities.tools > mostTools && (
        <p className="mt-3 text-sm">
          <Link to="/ui/servers/$id" params={{ id }} search={{ tab: "tools" }} className={link}>
            All {capabilities.tools} tools
          </Link>
        </p>
      )}
    </Panel>
  );
}
