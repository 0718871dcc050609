import { useMemo, useState } from "react";
import { Button, CopyButton, inputClass } from "./controls.js";
import { matching } from "./matching.js";
import { ScrollArea } from "./scroll-area.js";

/** So many entries of one object or list at a time. */
const mostEntries = 100;
const mostText = 5_000;
/** What is this deep is open from the beginning. */
const openDepth = 2;

/** A tree of fewer parts is seen at a glance. */
const searchedFrom = 8;

/** Any JSON value as a tree of parts that open and close, by keyboard as well, and that can be searched. `label` names it. */
export function JsonTree({ value, label }: { readonly value: unknown; readonly label: string }) {
  const [words, setWords] = useState("");
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? "", [value]);
  const isSearched = text.split("\n", searchedFrom).length === searchedFrom;
  const shown = useMemo(() => matching(value, words), [value, words]);
  return (
    <div className="rounded-lg border border-line bg-raised">
      <div className="flex items-center gap-1 border-b border-line p-1">
        {isSearched && (
          <input
            type="search"
            aria-label={`Search ${label}`}
            placeholder="Search"
            value={words}
            onChange={(event) => setWords(event.target.value)}
            className={`${inputClass} max-w-xs`}
          />
        )}
        <span className="ml-auto">
          <CopyButton text={text} what={label} />
        </span>
      </div>
      <ScrollArea
        label={label}
        className="max-h-[60dvh] overflow-auto p-3 font-mono text-code leading-relaxed text-ink"
      >
        {shown === undefined ? (
          <p className="font-sans text-soft">No match.</p>
        ) : (
          <Value key={words} value={shown} depth={0} isOpened={words !== ""} />
        )}
      </ScrollArea>
    </div>
  );
}

function Value({
  name,
  value,
  depth,
  isOpened,
}: {
  readonly name?: string;
  readonly value: unknown;
  readonly depth: number;
  /** Whether all of it is open from the beginning, as what was found is. */
  readonly isOpened: boolean;
}) {
  const [isOpen, setOpen] = useState(isOpened || depth < openDepth);
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
      {isOpen && <Entries entries={entries} depth={depth + 1} isOpened={isOpened} />}
    </details>
  );
}

function Entries({
  entries,
  depth,
  isOpened,
}: {
  readonly entries: readonly (readonly [string, unknown])[];
  readonly depth: number;
  readonly isOpened: boolean;
}) {
  const [shown, setShown] = useState(mostEntries);
  return (
    <div className="border-l border-line pl-3 sm:pl-4">
      {entries.slice(0, shown).map(([name, one]) => (
        <Value key={name} name={name} value={one} depth={depth} isOpened={isOpened} />
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
