import { useState } from "react";
import { CopyButton } from "../parts/controls.js";
import { Badge, Facts } from "../parts/panels.js";
import { byteSize } from "../parts/units.js";
import { TryPanel } from "../try/try-panel.js";
import { badgesOf } from "./annotations.js";
import { type Definition, type Item, isRecord, textOf } from "./definition.js";
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
  const copy = <CopyButton text={key} what={kind === "resource" ? "the URI" : "the name"} />;
  return (
    <article
      data-testid="item"
      className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-5 rounded-xl border border-line bg-surface p-4 shadow-card sm:p-5"
    >
      <header>
        <div className="flex items-center gap-1">
          <h2 className="min-w-0 truncate text-lg font-semibold" title={title}>
            {title}
          </h2>
          {title === key && copy}
        </div>
        {title !== key && (
          <p className="flex items-center gap-1 text-sm text-soft">
            <code className="min-w-0 font-mono break-all">{key}</code>
            {copy}
          </p>
        )}
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
          <p className="mt-3 max-w-text break-words whitespace-pre-wrap">{description}</p>
        )}
      </header>
      <section aria-label="Try it">
        <TryPanel serverId={serverId} kind={kind} item={definition} />
      </section>
      {(kind === "resource" || kind === "resourceTemplate") && (
        <ResourceFacts definition={definition} />
      )}
      {kind === "tool" && (
        <>
          <Schema title="Parameters" schema={definition.inputSchema} none="None." />
          {definition.outputSchema !== undefined && (
            <Schema title="Result" schema={definition.outputSchema} none="Anything." />
          )}
        </>
      )}
      <RawJson
        value={definition}
        what="its definition"
        summary="Definition as the server wrote it"
      />
    </article>
  );
}

/** For those who read instead of trying: the form above says the same while one fills it in. */
function Schema({
  title,
  schema,
  none,
}: {
  readonly title: string;
  readonly schema: unknown;
  readonly none: string;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit rounded text-soft hover:text-ink">{title} as a table</summary>
      {isOpen && (
        <div className="mt-2 grid grid-cols-1 gap-2">
          <SchemaTable title={title} schema={schema} none={none} />
          <RawJson
            value={schema}
            what={`the schema of ${title.toLowerCase()}`}
            summary="JSON schema"
          />
        </div>
      )}
    </details>
  );
}

function ResourceFacts({ definition }: { readonly definition: Definition }) {
  const annotations = isRecord(definition.annotations) ? definition.annotations : {};
  const { audience, priority } = annotations;
  const { size } = definition;
  const facts = [
    ["Type", textOf(definition.mimeType)],
    ["Size", typeof size === "number" ? byteSize(size) : undefined],
    ["Meant for", Array.isArray(audience) ? audience.join(", ") : undefined],
    ["Priority", typeof priority === "number" ? `${priority} of 1` : undefined],
    ["Last modified", textOf(annotations.lastModified)],
  ] as const;
  return facts.every(([, value]) => value === undefined) ? null : <Facts facts={facts} />;
}
