import { Button } from "../../parts/controls.js";
import { Modal } from "../../parts/modal.js";
import { OutLink } from "../../parts/panels.js";
import { useValues } from "../form/use-values.js";
import { ValuesForm } from "../form/values-form.js";
import type { Answer, Question } from "../mcp/messages.js";
import { Capped } from "../results/capped.js";

type Asking<Mode extends Question["mode"]> = {
  readonly question: Extract<Question, { readonly mode: Mode }>;
  readonly onAnswer: (answer: Answer) => void;
};

/** What a server asks in the middle of a call. Closing it cancels the question, not the call. */
export function QuestionDialog({
  serverName,
  question,
  onAnswer,
}: {
  readonly serverName: string;
  readonly question: Question;
  readonly onAnswer: (answer: Answer) => void;
}) {
  return (
    <Modal
      title={`${serverName} asks`}
      closesOutside={false}
      onClose={() => onAnswer({ action: "cancel" })}
    >
      <div className="grid grid-cols-1 gap-4">
        <p className="break-words whitespace-pre-line">
          <Capped text={question.message} most={5_000} />
        </p>
        {question.mode === "form" ? (
          <FormQuestion question={question} onAnswer={onAnswer} />
        ) : (
          <UrlQuestion question={question} onAnswer={onAnswer} />
        )}
        <p className="text-xs text-soft">
          The question comes from the server {serverName}, not from the hub. Give no password that
          is not for it.
        </p>
      </div>
    </Modal>
  );
}

function FormQuestion({ question, onAnswer }: Asking<"form">) {
  const values = useValues(question.schema);
  return (
    <form
      noValidate
      className="grid grid-cols-1 gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const content = values.check();
        if (content !== undefined) onAnswer({ action: "accept", content });
      }}
    >
      <ValuesForm schema={question.schema} values={values} what="Answer" />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="solid">
          Send answer
        </Button>
        <Button onClick={() => onAnswer({ action: "decline" })}>Decline</Button>
        <Button look="quiet" onClick={() => onAnswer({ action: "cancel" })}>
          Dismiss
        </Button>
      </div>
    </form>
  );
}

function UrlQuestion({ question: { url }, onAnswer }: Asking<"url">) {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isWeb = parsed !== undefined && ["http:", "https:"].includes(parsed.protocol);
  return (
    <div className="grid grid-cols-1 gap-4">
      <div className="grid grid-cols-1 gap-1 rounded-lg border border-line bg-raised p-3 text-sm">
        <p>
          It wants you to open a page of{" "}
          <strong className="break-all">{parsed?.host ?? "an address that is none"}</strong>:
        </p>
        <OutLink href={url} />
        {!isWeb && (
          <p className="text-warn">This is not a web address, so it cannot be opened here.</p>
        )}
      </div>
      <div className="flex flex-wrap gap-2">
        <Button look="solid" disabled={!isWeb} onClick={() => onAnswer({ action: "accept" })}>
          I have opened it
        </Button>
        <Button onClick={() => onAnswer({ action: "decline" })}>Decline</Button>
        <Button look="quiet" onClick={() => onAnswer({ action: "cancel" })}>
          Dismiss
        </Button>
      </div>
    </div>
  );
}
