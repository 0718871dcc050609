import { useState } from "react";
import { CopyButton } from "../parts/controls.js";
import { ScrollArea } from "../parts/scroll-area.js";

/** What a machine said, word for word, for those who open it. `what` names it: “Copy <what>”. */
export function RawJson({
  value,
  what,
  summary,
}: {
  readonly value: unknown;
  readonly what: string;
  readonly summary: string;
}) {
  // A definition may be large, and most stay closed.
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit rounded-md text-soft hover:text-ink">{summary}</summary>
      {isOpen && <JsonBox text={JSON.stringify(value, null, 2) ?? ""} what={what} />}
    </details>
  );
}

/** JSON as text, to be read and copied. `what` names it: “Copy <what>”. */
export function JsonBox({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div className="relative mt-2 rounded-lg border border-line bg-raised">
      <ScrollArea label={what} className="max-h-96 overflow-auto p-3 pr-12">
        <pre className="font-mono text-code leading-relaxed">
          <code>{text}</code>
        </pre>
      </ScrollArea>
      <div className="absolute top-1 right-3">
        <CopyButton text={text} what={what} />
      </div>
    </div>
  );
}
