import { CopyButton } from "../parts/controls.js";
import { Badge, Facts } from "../parts/panels.js";
import { TryPanel } from "../try/try-panel.js";
import { byteCount } from "./amounts.js";
import { badgesOf } from "./annotations.js";
import { type Definition, type Item, isRecord, textOf } from "./definition.js";
import { PromptArguments } from "./prompt-arguments.js";
import { RawJson } from "./raw-json.js";
import { SchemaTable } from "./schema-table.js";

/** One tool, prompt, resource or template: what it is for, what it takes, and a place to try it. */
export function ItemDetails({
  serverId,
  item,
}: {
  readonly serverId: string;
  readonly item: Item;
}) {
  const { kind, key, title, description, definition } = item;
  return (
    <article
      data-testid="item"
      className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-5 rounded-xl border border-line bg-surface p-4 shadow-card sm:p-5"
    >
      <header>
        <h2 className="truncate text-lg font-semibold" title={title}>
          {title}
        </h2>
        <p className="flex items-center gap-1 text-sm text-soft">
          <code className="min-w-0 font-mono break-all">{key}</code>
          <CopyButton text={key} what={kind === "resource" ? "the URI" : "the name"} />
        </p>
        {kind === "tool" && (
          <ul aria-label="What the server says it does" className="mt-1 flex flex-wrap gap-1">
            {badgesOf(definition).map(({ word, tone, meaning }) => (
              <li key={word}>
                <Badge tone={tone} title={meaning}>
                  {word}
                </Badge>
              </li>
            ))}
          </ul>
        )}
        {description !== undefined && (
          <p className="mt-3 max-w-[80ch] break-words whitespace-pre-wrap">{description}</p>
        )}
      </header>
      {kind === "tool" && (
        <>
          <Schema title="Parameters" schema={definition.inputSchema} none="None." />
          {definition.outputSchema !== undefined && (
            <Schema title="Result" schema={definition.outputSchema} none="Anything." />
          )}
        </>
      )}
      {kind === "prompt" && <PromptArguments given={definition.arguments} />}
      {(kind === "resource" || kind === "resourceTemplate") && (
        <ResourceFacts definition={definition} />
      )}
      <section aria-labelledby="try">
        <h3 id="try" className="mb-2 font-semibold">
          Try it
        </h3>
        <TryPanel serverId={serverId} kind={kind} item={definition} />
      </section>
      <RawJson
        value={definition}
        what="its definition"
        summary="Definition as the server wrote it"
      />
    </article>
  );
}

function Schema({
  title,
  schema,
  none,
}: {
  readonly title: string;
  readonly schema: unknown;
  readonly none: string;
}) {
  return (
    <section>
      <h3 className="mb-2 font-semibold">{title}</h3>
      <SchemaTable title={title} schema={schema} none={none} />
      <div className="mt-2">
        <RawJson
          value={schema}
          what={`the schema of ${title.toLowerCase()}`}
          summary="JSON schema"
        />
      </div>
    </section>
  );
}

function ResourceFacts({ definition }: { readonly definition: Definition }) {
  const annotations = isRecord(definition.annotations) ? definition.annotations : {};
  const { audience, priority } = annotations;
  const { size } = definition;
  const facts = [
    ["Type", textOf(definition.mimeType)],
    ["Size", typeof size === "number" ? byteCount(size) : undefined],
    ["Meant for", Array.isArray(audience) ? audience.join(", ") : undefined],
    ["Priority", typeof priority === "number" ? `${priority} of 1` : undefined],
    ["Last modified", textOf(annotations.lastModified)],
  ] as const;
  return facts.every(([, value]) => value === undefined) ? null : <Facts facts={facts} />;
}
