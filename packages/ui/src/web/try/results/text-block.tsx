import { Suspense, useMemo, useState } from "react";
import { Button, CopyButton } from "../../parts/controls.js";
import { JsonTree } from "../../parts/json-tree.js";
import { lazyPart } from "../../parts/lazy-part.js";
import { ScrollArea } from "../../parts/scroll-area.js";
import { Capped } from "./capped.js";
import { Fallback } from "./fallback.js";

const Markdown = lazyPart(async () => (await import("./markdown.js")).default);

/** A longer text takes too long to read as markdown. */
const mostMarkdown = 50_000;
/** A longer one takes too long to read as JSON. */
const mostJson = 2_000_000;

/** A text of a server: JSON as a tree, all else as text; a switch shows it as text or as markdown. */
export function TextBlock({ text, what }: { readonly text: string; readonly what: string }) {
  const [isText, setText] = useState(false);
  const json = useMemo(() => jsonIn(text), [text]);
  if (json === undefined || isText)
    return (
      <PlainText
        text={text}
        what={what}
        onTree={json === undefined ? undefined : () => setText(false)}
      />
    );
  return (
    <div className="grid grid-cols-1 gap-1">
      <JsonTree value={json} label={what} />
      <div>
        <Button look="quiet" onClick={() => setText(true)}>
          As text
        </Button>
      </div>
    </div>
  );
}

/** The object or list that a text is. What holds numbers that would be rounded stays text. */
function jsonIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text) || text.length > mostJson || /\d{16}/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function PlainText({
  text,
  what,
  onTree,
}: {
  readonly text: string;
  readonly what: string;
  readonly onTree: (() => void) | undefined;
}) {
  const [isMarkdown, setMarkdown] = useState(false);
  const plain = (
    <pre className="font-mono text-code leading-relaxed break-words whitespace-pre-wrap">
      <Capped text={text} />
    </pre>
  );
  return (
    <div className="rounded-lg border border-line bg-raised">
      <div className="flex items-center justify-end gap-1 border-b border-line px-1">
        {onTree !== undefined && (
          <Button look="quiet" onClick={onTree}>
            As a tree
          </Button>
        )}
        {onTree === undefined && text.length <= mostMarkdown && (
          <Button look="quiet" aria-pressed={isMarkdown} onClick={() => setMarkdown(!isMarkdown)}>
            {isMarkdown ? "As text" : "As markdown"}
          </Button>
        )}
        <CopyButton text={text} what={what} />
      </div>
      <ScrollArea label={what} className="max-h-[60dvh] overflow-auto p-3">
        {isMarkdown ? (
          <Fallback instead={plain}>
            <Suspense fallback={plain}>
              <Markdown text={text} />
            </Suspense>
          </Fallback>
        ) : (
          plain
        )}
      </ScrollArea>
    </div>
  );
}
