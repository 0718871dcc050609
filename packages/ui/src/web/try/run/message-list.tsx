import { useState } from "react";
import { Badge } from "../../parts/panels.js";
import { byteSize } from "../../parts/units.js";
import { JsonBox } from "../../server/raw-json.js";
import { inLines, type LoggedMessage, type MessageLog } from "../mcp/message-log.js";

/** What was sent for a call and what came back, word for word, for those who open it. */
export function MessageList({ log: { messages, count } }: { readonly log: MessageLog }) {
  const [isOpen, setOpen] = useState(false);
  const gone = count - messages.length;
  return (
    <details
      className="text-sm"
      data-testid="messages"
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="w-fit rounded-md text-soft hover:text-ink">Messages ({count})</summary>
      {isOpen && (
        <ol aria-label="Messages" className="mt-2 grid grid-cols-1 gap-3">
          {gone > 0 && <li className="text-soft">The first {gone} are not kept.</li>}
          {messages.map((message) => (
            <li key={message.number} className="min-w-0">
              <Message message={message} />
            </li>
          ))}
        </ol>
      )}
    </details>
  );
}

function Message({ message }: { readonly message: LoggedMessage }) {
  const { number, is, text, length } = message;
  return (
    <>
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={is === "sent" ? "accent" : "plain"}>{is}</Badge>
        {text.length < length && (
          <span className="text-xs text-soft">the beginning of {byteSize(length)}</span>
        )}
      </p>
      <JsonBox text={inLines(message)} what={`message ${number}`} />
    </>
  );
}
