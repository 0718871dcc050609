import { useState } from "react";
import { Button, CopyButton } from "./controls.js";
import { ScrollArea } from "./scroll-area.js";

/** So many entries of one object or list at a time. */
const mostEntries = 100;
const mostText = 5_000;
/** What is this deep is open from the beginning. */
const openDepth = 2;

/** Any JSON value as a tree of parts that open and close, by keyboard as well. `label` names it. */
export function JsonTree({ value, label }: { readonly value: unknown; readonly label: string }) {
  return (
    <div className="relative rounded-lg border border-line bg-raised">
      <ScrollArea
        label={label}
        className="max-h-[60dvh] overflow-auto p-3 pr-12 font-mono text-[0.8125rem] leading-relaxed text-ink"
      >
        <Value value={value} depth={0} />
      </ScrollArea>
      <div className="absolute top-1 right-1">
        <CopyButton text={JSON.stringify(value, null, 2) ?? ""} what={label} />
      </div>
    </div>
  );
}

function Value({
  name,
  value,
  depth,
}: {
  readonly name?: string;
  readonly value: unknown;
  readonly depth: number;
}) {
  const [isOpen, setOpen] = useState(depth < openDepth);
  const key = name === undefined ? null : <span className="text-accent">{name}: </span>;
  if (typeof value !== "object" || value === null)
    return (
      <div className="break-words whitespace-pre-wrap">
        {key}
        <Plain value={value} />
      </div>
    );
  const entries = Object.entries(value);
  const count = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  if (entries.length === 0)
    return (
      <div>
        {key}
        <span className="text-soft">{Array.isArray(value) ? "[]" : "{}"}</span>
      </div>
    );
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit">
        {key}
        <span className="text-soft">{count}</span>
      </summary>
      {isOpen && <Entries entries={entries} depth={depth + 1} />}
    </details>
  );
}

function Entries({
  entries,
  depth,
}: {
  readonly entries: readonly (readonly [string, unknown])[];
  readonly depth: number;
}) {
  const [shown, setShown] = useState(mostEntries);
  return (
    <div className="border-l border-line pl-3 sm:pl-4">
      {entries.slice(0, shown).map(([name, one]) => (
        <Value key={name} name={name} value={one} depth={depth} />
      ))}
      {entries.length > shown && (
        <Button className="my-1 font-sans" onClick={() => setShown(shown + mostEntries)}>
          Show more ({entries.length - shown} left)
        </Button>
      )}
    </div>
  );
}

function Plain({ value }: { readonly value: unknown }) {
  if (typeof value !== "string") return <span className="text-warn">{String(value)}</span>;
  const text = JSON.stringify(value.slice(0, mostText));
  return (
    <span className="text-good">
      {text}
      {value.length > mostText && ` and ${value.length - mostText} characters more`}
    </span>
  );
}
