import type { ClientConfig } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { useFollowHub } from "../api/use-follow-hub.js";
import { CopyButton } from "../parts/controls.js";
import { Code, Loading, Problem } from "../parts/panels.js";
import { ScrollArea } from "../parts/scroll-area.js";
import { InstallLinks } from "./install-link.js";
import { Prose } from "./prose.js";
import { configKey, configQuery } from "./queries.js";
import { SaveButton } from "./save-button.js";
import type { Choice } from "./search.js";

/** What the hub answers for one client, and what to do with it. `path` is where others can ask for it. */
export function ClientGuide({
  client,
  choice,
  path,
}: {
  readonly client: string;
  readonly choice: Choice;
  readonly path: string;
}) {
  const config = useQuery(configQuery(client, choice));
  // Servers may move, and with them what the direct way says.
  useFollowHub(configKey(client, choice), 1_000);
  if (config.data !== undefined) return <Guide config={config.data} path={path} />;
  return config.isError ? (
    <Problem error={config.error} onRetry={() => void config.refetch()} />
  ) : (
    <Loading what="the configuration" rows={2} className="h-32" />
  );
}

function Guide({ config, path }: { readonly config: ClientConfig; readonly path: string }) {
  const { title, file, text, steps, installLinks, notes } = config;
  return (
    <div className="grid grid-cols-1 gap-5">
      <ol className="grid grid-cols-1 list-decimal gap-1.5 pl-5 marker:text-soft">
        {steps.map((step) => (
          <li key={step} className="max-w-text pl-1">
            <Prose text={step} />
          </li>
        ))}
      </ol>
      <InstallLinks links={installLinks} />
      <div>
        <div className="mb-2 flex flex-wrap items-center gap-2">
          <p className="mr-auto min-w-0 text-sm font-medium break-all">
            {file === undefined ? "In a terminal" : <code>{file}</code>}
          </p>
          {file !== undefined && <SaveButton text={text} file={file} />}
          <CopyButton
            text={text}
            what={file === undefined ? "command" : "text"}
            isIcon={false}
            look="solid"
          />
        </div>
        <ScrollArea
          label={`what ${title} is told`}
          className="max-h-[70dvh] overflow-auto rounded-lg border border-line bg-raised p-3 text-code leading-relaxed"
        >
          <pre className="font-mono">
            <code>{text}</code>
          </pre>
        </ScrollArea>
      </div>
      {notes.length > 0 && (
        <ul className="grid grid-cols-1 list-disc gap-1 pl-5 text-sm text-soft">
          {notes.map((note) => (
            <li key={note} className="max-w-text pl-1">
              <Prose text={note} />
            </li>
          ))}
        </ul>
      )}
      <Elsewhere config={config} path={path} />
    </div>
  );
}

/** For clients that have no tab, and for scripts. */
function Elsewhere({ config, path }: { readonly config: ClientConfig; readonly path: string }) {
  const url = `${window.location.origin}${path}`;
  return (
    <details className="text-sm">
      <summary className="w-fit rounded-md font-medium text-soft hover:text-ink">
        Another client, or a script
      </summary>
      <div className="mt-3 grid grid-cols-1 gap-2">
        <p className="text-soft">Any other MCP client needs only the address:</p>
        {config.endpoints.map((one) => (
          <Code key={one.key} text={one.url} what={`the address of ${one.key}`} />
        ))}
        <p className="mt-2 text-soft">A script can get the text above:</p>
        <Code text={`curl -s "${url}"`} what="the command that gets the text" />
      </div>
    </details>
  );
}
