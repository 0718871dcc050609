import type { ServerDetail } from "@hub/api";
import { Link } from "@tanstack/react-router";
import { CopyButton } from "../parts/controls.js";
import { Panel } from "../parts/panels.js";

/** The addresses of a server, and the way to the lines of one's client. */
export function ConnectLines({ server }: { readonly server: ServerDetail }) {
  const { id, endpoint } = server;
  const addresses = [
    [
      "Through the hub",
      `${window.location.origin}/servers/${encodeURIComponent(id)}/mcp`,
      "its address at the hub",
    ],
    ["Directly", endpoint, "the endpoint"],
  ] as const;
  return (
    <Panel
      title="How to connect"
      actions={
        <Link
          to="/ui/servers/$id"
          params={{ id }}
          search={{ tab: "connect" }}
          className="text-sm text-accent hover:underline"
        >
          With my client
        </Link>
      }
    >
      <dl className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-1 text-sm sm:grid-cols-[max-content_minmax(0,1fr)]">
        {addresses.map(([name, url, what]) => (
          <div key={name} className="contents">
            <dt className="self-center text-soft">{name}</dt>
            <dd className="flex min-w-0 items-center gap-1">
              <code className="min-w-0 font-mono text-code break-all">{url}</code>
              <CopyButton text={url} what={what} isSmall />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
