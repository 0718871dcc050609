import { lazy, Suspense, useState } from "react";
import { Button, CopyButton } from "../../parts/controls.js";
import { ScrollArea } from "../../parts/scroll-area.js";
import { Capped } from "./capped.js";
import { Fallback } from "./fallback.js";

const Markdown = lazy(() => import("./markdown.js"));

/** A longer text takes too long to read as markdown. */
const mostMarkdown = 50_000;

/** A text of a server, as text; a switch shows it as markdown. */
export function TextBlock({ text, what }: { readonly text: string; readonly what: string }) {
  const [isMarkdown, setMarkdown] = useState(false);
  const plain = (
    <pre className="font-mono text-[0.8125rem] leading-relaxed break-words whitespace-pre-wrap">
      <Capped text={text} />
    </pre>
  );
  return (
    <div className="rounded-lg border border-line bg-raised">
      <div className="flex items-center justify-end gap-1 border-b border-line px-1">
        {text.length <= mostMarkdown && (
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
