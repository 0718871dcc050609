import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ClipboardPaste, Code2, Link2, Radio } from "lucide-react";
import { allServersQuery } from "../api/queries.js";
import { useLive } from "../live/live.js";
import { buttonClass } from "../parts/controls.js";
import { Code } from "../parts/panels.js";

const ways = [
  {
    way: "url",
    icon: Link2,
    title: "By its URL",
    about: "A server that runs already. The hub says what it sees there while you type.",
  },
  {
    way: "file",
    icon: ClipboardPaste,
    title: "Paste an mcp.json",
    about: "What your client has today, of whatever client it is.",
  },
  {
    way: "code",
    icon: Code2,
    title: "A line in your code",
    about: "In your language. From then on the server comes and goes by itself.",
  },
] as const;

/** What a person does first. It waits with them: the first server that registers takes its place. */
export function FirstSteps() {
  const { status } = useLive();
  const hidden = useQuery(allServersQuery).data?.servers.length ?? 0;
  const hub = window.location.origin;
  return (
    <div className="mx-auto max-w-3xl py-4 sm:py-8">
      <h1 className="text-xl font-semibold tracking-tight">No server has registered yet</h1>
      <p className="mt-1 text-soft">Add the first one. It appears here by itself.</p>
      <ul aria-label="Ways to add a server" className="mt-5 grid gap-3 sm:grid-cols-3">
        {ways.map(({ way, icon: Icon, title, about }) => (
          <li key={way}>
            <Link
              to="/ui/add"
              search={way === "url" ? {} : { way }}
              className="flex h-full flex-col gap-1 rounded-xl border border-line bg-surface p-4 shadow-card hover:border-accent"
            >
              <Icon className="size-5 text-accent" aria-hidden="true" />
              <span className="mt-1 text-base font-semibold">{title}</span>
              <span className="text-soft">{about}</span>
            </Link>
          </li>
        ))}
      </ul>
      <ol className="mt-7 grid grid-cols-1 gap-5">
        <li>
          <h2 className="mb-2 text-base font-semibold">See it work, with five demo servers</h2>
          <Code text={`MCP_HUB_URL=${hub} npm run demo:servers`} what="the command for the demo" />
          <p className="mt-1 text-soft">
            In the folder of MCP Hub, while <code>npm start</code> runs in another terminal.
          </p>
        </li>
        <li>
          <h2 className="mb-2 text-base font-semibold">Register a stdio server as it is</h2>
          <Code
            text={`MCP_HUB_URL=${hub} npm run hub-register -- -- node my-server.js`}
            what="the command for your server"
          />
          <p className="mt-1 text-soft">
            Put the command that starts it in the place of <code>node my-server.js</code>.
          </p>
        </li>
      </ol>
      <p
        role="status"
        className="mt-7 inline-flex items-center gap-2 rounded-full bg-accent-soft px-3 py-1.5 font-medium text-accent"
      >
        <Radio className="size-4 motion-safe:animate-pulse" aria-hidden="true" />
        {status === "live" ? "Listening for the first server…" : "Connecting to the hub…"}
      </p>
      {hidden > 0 && (
        <p className="mt-4">
          <Link to="/ui/servers" search={{ hidden: true }} className={buttonClass()}>
            Show {hidden} hidden {hidden === 1 ? "server" : "servers"}
          </Link>
        </p>
      )}
    </div>
  );
}
