import { CircleAlert } from "lucide-react";
import { useState } from "react";
import { Button } from "../../parts/controls.js";
import { JsonTree } from "../../parts/json-tree.js";
import { Badge } from "../../parts/panels.js";
import { CallError } from "../mcp/messages.js";
import { isObject, type JsonObject, textOf } from "../schema/schema.js";
import { Capped } from "./capped.js";
import { ContentBlock } from "./content-block.js";
import { ResourceContents } from "./resource-contents.js";

const mostBlocks = 50;

/** The first parts of a list of any length. */
function Several({
  of,
  draw,
}: {
  readonly of: readonly unknown[];
  readonly draw: (one: unknown, index: number) => React.ReactNode;
}) {
  const [shown, setShown] = useState(mostBlocks);
  return (
    <>
      {of.slice(0, shown).map(draw)}
      {of.length > shown && (
        <div>
          <Button onClick={() => setShown(shown + mostBlocks)}>
            Show more ({of.length - shown} left)
          </Button>
        </div>
      )}
    </>
  );
}

/** What a tool, a prompt or a resource answered. */
export function ResultView({ result }: { readonly result: JsonObject }) {
  const content = Array.isArray(result.content) ? result.content : [];
  const messages = Array.isArray(result.messages) ? result.messages : [];
  const contents = Array.isArray(result.contents) ? result.contents : [];
  const description = textOf(result.description);
  const isEmpty =
    content.length + messages.length + contents.length === 0 &&
    result.structuredContent === undefined;
  return (
    <div className="grid grid-cols-1 min-w-0 gap-3">
      {result.isError === true && (
        <p
          role="alert"
          className="flex items-center gap-2 rounded-lg bg-bad-soft p-3 text-sm font-medium text-bad"
        >
          <CircleAlert className="size-4 shrink-0" aria-hidden="true" />
          The tool reported an error.
        </p>
      )}
      {description !== undefined && (
        <p className="text-sm break-words text-soft">
          <Capped text={description} most={2_000} />
        </p>
      )}
      <Several
        of={content}
        draw={(block, index) => (
          <ContentBlock
            key={`content-${index + 1}`}
            block={block}
            what={`part ${index + 1} of the result`}
          />
        )}
      />
      <Several
        of={messages}
        draw={(message, index) => (
          <Message key={`message-${index + 1}`} message={message} number={index + 1} />
        )}
      />
      <Several
        of={contents}
        draw={(one, index) => (
          <ResourceContents key={`contents-${index + 1}`} contents={isObject(one) ? one : {}} />
        )}
      />
      {result.structuredContent !== undefined && (
        <div className="grid grid-cols-1 gap-1">
          <p className="text-sm font-medium">Structured content</p>
          <JsonTree value={result.structuredContent} label="structured content" />
        </div>
      )}
      {isEmpty && <p className="text-sm text-soft">The answer is empty.</p>}
      <details className="text-sm">
        <summary className="w-fit text-soft">Whole result</summary>
        <div className="mt-2">
          <JsonTree value={result} label="whole result" />
        </div>
      </details>
    </div>
  );
}

function Message({ message, number }: { readonly message: unknown; readonly number: number }) {
  const { role, content } = isObject(message) ? message : {};
  return (
    <div className="grid grid-cols-1 gap-1.5 border-l-2 border-accent pl-3">
      <p>
        <Badge tone={role === "assistant" ? "accent" : "plain"}>{textOf(role) ?? "message"}</Badge>
      </p>
      <ContentBlock block={content} what={`message ${number}`} />
    </div>
  );
}

/** A call that has no result, and why. */
export function FailedView({ error }: { readonly error: unknown }) {
  const code = error instanceof CallError ? error.code : undefined;
  const data = error instanceof CallError ? error.data : undefined;
  return (
    <div
      role="alert"
      className="grid grid-cols-1 min-w-0 gap-2 rounded-xl bg-bad-soft p-4 text-bad"
    >
      <p className="flex flex-wrap items-center gap-2 font-semibold">
        <CircleAlert className="size-5 shrink-0" aria-hidden="true" />
        The call failed
        {code !== undefined && <code className="font-mono text-sm font-normal">{code}</code>}
      </p>
      <p className="text-sm break-words whitespace-pre-wrap">
        {(error instanceof Error ? error.message : String(error)).slice(0, 10_000)}
      </p>
      {data !== undefined && <JsonTree value={data} label="data of the error" />}
    </div>
  );
}
