import { useQuery } from "@tanstack/react-query";
import { Radio } from "lucide-react";
import { allServersQuery } from "../api/queries.js";
import { useLive } from "../live/live.js";
import { Button } from "../parts/controls.js";
import { Code } from "../parts/panels.js";

/** What a person does first. It waits with them: the first server that registers takes its place. */
export function QuickStart({ onShowHidden }: { readonly onShowHidden: () => void }) {
  const { status } = useLive();
  const hidden = useQuery(allServersQuery).data?.servers.length ?? 0;
  const hub = window.location.origin;
  return (
    <div className="mx-auto max-w-2xl py-8">
      <h1 className="text-xl font-semibold tracking-tight sm:text-3xl">
        No server has registered yet
      </h1>
      <p className="mt-2 text-soft">
        Run one of these commands in a terminal. The server then appears here.
      </p>
      <ol className="mt-8 grid grid-cols-1 gap-7">
        <li>
          <h2 className="mb-2 font-semibold">See it work, with five demo servers</h2>
          <Code text="npm run demo:servers" what="the command for the demo" />
          <p className="mt-2 text-sm text-soft">
            In the folder of MCP Hub, while <code>npm start</code> runs in another terminal.
          </p>
        </li>
        <li>
          <h2 className="mb-2 font-semibold">Register your own server, in any language</h2>
          <Code
            text={`MCP_HUB_URL=${hub} npm run hub-register -- -- node my-server.js`}
            what="the command for your server"
          />
          <p className="mt-2 text-sm text-soft">
            Put the command that starts your stdio server in the place of{" "}
            <code>node my-server.js</code>. A server in TypeScript registers itself with one line of{" "}
            <code>@hub/register</code>; anything else with one POST to <code>{hub}/register</code>.
          </p>
        </li>
      </ol>
      <p
        role="status"
        className="mt-8 inline-flex items-center gap-2 rounded-full bg-accent-soft px-3 py-1.5 text-sm font-medium text-accent"
      >
        <Radio className="size-4 motion-safe:animate-pulse" aria-hidden="true" />
        {status === "live" ? "Listening for the first server…" : "Connecting to the hub…"}
      </p>
      {hidden > 0 && (
        <p className="mt-4">
          <Button onClick={onShowHidden}>
            Show {hidden} hidden {hidden === 1 ? "server" : "servers"}
          </Button>
        </p>
      )}
    </div>
  );
}
