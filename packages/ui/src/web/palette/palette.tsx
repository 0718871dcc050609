import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { FileText, Search, Wrench, Zap } from "lucide-react";
import { useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { usePolicy } from "../access/policy.js";
import { serversQuery, toolSearchQuery } from "../api/queries.js";
import { StatusShape, statusTone, statusWord } from "../parts/status.js";
import { useDialog } from "../parts/use-dialog.js";
import { entriesFor, type PaletteEntry } from "./entries.js";
import { useAct } from "./use-act.js";

const toolsAsked = 20;

function EntryIcon({ entry }: { readonly entry: PaletteEntry }) {
  if (entry.status !== undefined)
    return (
      <span className={`rounded-md p-1 ${statusTone(entry.status)}`}>
        <StatusShape status={entry.status} />
        <span className="sr-only">{statusWord(entry.status)}</span>
      </span>
    );
  const Icon = entry.kind === "tool" ? Wrench : entry.kind === "action" ? Zap : FileText;
  return <Icon className="size-4 shrink-0 text-soft" aria-hidden="true" />;
}

/** Goes to any server, tool or page by a few letters of its name, and does what one would do there. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const router = useRouter();
  const id = useId();
  const { dialog, outside } = useDialog();
  const list = useRef<HTMLDivElement>(null);
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const asked = useDeferredValue(words);
  const servers = useQuery(serversQuery);
  const tools = useQuery(toolSearchQuery(asked, toolsAsked));
  const entries = entriesFor(words, servers.data?.servers ?? [], tools.data?.tools ?? [], {
    hubUrl: window.location.origin,
    policy: usePolicy(),
  });
  const act = useAct();
  const chosen = Math.min(at, entries.length - 1);

  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  const go = (entry: PaletteEntry | undefined) => {
    if (entry === undefined) return;
    dialog.current?.close();
    if (typeof entry.to === "string") router.history.push(entry.to);
    else void act(entry.to);
  };
  const onKey = (event: React.KeyboardEvent) => {
    const last = entries.length - 1;
    if (event.key === "ArrowDown") setAt(chosen >= last ? 0 : chosen + 1);
    else if (event.key === "ArrowUp") setAt(chosen <= 0 ? last : chosen - 1);
    else if (event.key === "Enter") go(entries[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      aria-label="Go to a server, tool or page"
      onClose={onClose}
      {...outside}
      className="mx-auto mt-24 w-[calc(100vw-2rem)] max-w-xl overflow-hidden rounded-xl border border-line bg-surface p-0 text-ink shadow-over"
    >
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search className="size-4 text-soft" aria-hidden="true" />
        <input
          role="combobox"
          aria-label="Server, tool or page"
          aria-expanded={entries.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
          autoComplete="off"
          placeholder="Server, tool or page"
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
          className="min-h-12 flex-1 bg-transparent text-base outline-none placeholder:text-soft"
        />
      </div>
      <div
        ref={list}
        role="listbox"
        id={`${id}-list`}
        aria-label="Matches"
        className="relative max-h-[50dvh] overflow-y-auto p-2"
      >
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard by the field, which keeps the focus
          <div
            key={entry.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            tabIndex={-1}
            onMouseMove={() => setAt(index)}
            onClick={() => go(entry)}
            className={`flex cursor-pointer items-center gap-3 rounded-lg px-3 py-2 ${index === chosen ? "bg-accent-soft" : ""}`}
          >
            <EntryIcon entry={entry} />
            <span className="min-w-0 flex-1 truncate font-medium">{entry.label}</span>
            <span className="max-w-[45%] truncate text-xs text-soft">{entry.detail}</span>
          </div>
        ))}
      </div>
      {entries.length === 0 && (
        <p role="status" className="px-5 pb-5 text-sm text-soft">
          No match for “{words}”.
        </p>
      )}
    </dialog>
  );
}
