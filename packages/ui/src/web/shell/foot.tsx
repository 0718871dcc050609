import { queryOptions, useQuery } from "@tanstack/react-query";
import { hub } from "../api/hub.js";
import { CopyButton } from "../parts/controls.js";

/** It changes only with a new start of the hub, after which everything is read again. */
const versionQuery = queryOptions({
  queryKey: ["version"],
  queryFn: ({ signal }) => hub.version(signal),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Which hub this is and where, as one quiet line. */
export function HubLine() {
  const version = useQuery(versionQuery).data?.version;
  return (
    <p data-testid="hub-line" className="truncate text-xs text-soft">
      MCP Hub {version} · {window.location.origin}
    </p>
  );
}

/** Which hub this is and where, and how programs use it. Below every page. */
export function Foot() {
  const version = useQuery(versionQuery).data?.version;
  const { origin } = window.location;
  return (
    <footer className="border-t border-line">
      <div className="mx-auto flex max-w-page flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-xs text-soft sm:px-6">
        <span data-testid="version">MCP Hub {version}</span>
        <span className="flex min-w-0 items-center gap-1">
          <code className="min-w-0 font-mono break-all">{origin}</code>
          <CopyButton text={origin} what="the hub's address" isSmall />
        </span>
        <a href="/docs" className="text-accent hover:underline sm:ml-auto">
          API documentation
        </a>
      </div>
    </footer>
  );
}
