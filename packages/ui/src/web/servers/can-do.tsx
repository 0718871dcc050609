import type { ServerSummary } from "@hub/api";
import { Link } from "@tanstack/react-router";
import { counted } from "../parts/units.js";

const mostNamed = 3;

/** More letters than that in one line would leave of each name no more than its beginning. */
const mostLetters = 32;

/** The first names that have room beside each other; one is there however long it is. */
function roomFor(names: readonly string[]): readonly string[] {
  let letters = 0;
  return names.slice(0, mostNamed).filter((name, at) => {
    letters += name.length;
    return at === 0 || letters <= mostLetters;
  });
}

/** What a server offers besides the tools that are named; nothing of what it has none of. */
function others(capabilities: NonNullable<ServerSummary["capabilities"]>, named: number) {
  const resources = capabilities.resources + capabilities.resourceTemplates;
  return [
    ...(capabilities.tools > named ? [counted(capabilities.tools, "tool")] : []),
    ...(resources > 0 ? [counted(resources, "resource")] : []),
    ...(capabilities.prompts > 0 ? [counted(capabilities.prompts, "prompt")] : []),
  ].join(" · ");
}

/** What a server can do, in one line: some of its tools by name, each a click away, and how much else there is. */
export function CanDo({
  server,
  match,
  className = "",
}: {
  readonly server: ServerSummary;
  /** A tool that somebody searches for; it stands first. */
  readonly match?: string | undefined;
  readonly className?: string;
}) {
  const { capabilities } = server;
  if (capabilities === null)
    return (
      <span className="text-soft">
        {server.status === "needs-token" ? "not shown to the hub" : "not read yet"}
      </span>
    );
  const tools = capabilities.firstTools.filter((name) => name !== match);
  const named = roomFor(match === undefined ? tools : [match, ...tools]);
  const rest = others(capabilities, named.length);
  return (
    <span className={`flex min-w-0 items-center gap-1 ${className}`}>
      {named.map((name) => (
        <Link
          key={name}
          to="/ui/servers/$id"
          params={{ id: server.id }}
          search={{ tab: "tools", item: name }}
          title={`Try ${name}`}
          className={`relative z-10 min-h-6 min-w-0 truncate rounded-md px-1.5 py-1 font-mono text-xs hover:bg-accent-soft hover:text-accent ${name === match ? "bg-accent-soft text-accent" : "bg-raised text-ink"}`}
        >
          <code>{name}</code>
        </Link>
      ))}
      <span className="shrink-0 text-xs whitespace-nowrap text-soft">
        {rest === "" && named.length === 0 ? "offers nothing" : rest}
      </span>
    </span>
  );
}
