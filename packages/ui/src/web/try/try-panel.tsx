import { useQuery } from "@tanstack/react-query";
import { Play, Square, TriangleAlert } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { serverQuery } from "../api/queries.js";
import { Button } from "../parts/controls.js";
import { CopyLinks } from "./copy/copy-links.js";
import { useValues } from "./form/use-values.js";
import { ValuesForm } from "./form/values-form.js";
import type { Answer } from "./mcp/messages.js";
import { PastList } from "./past/past-list.js";
import { usePastCalls } from "./past/use-past-calls.js";
import { ConfirmDialog } from "./run/confirm-dialog.js";
import { Elapsed } from "./run/elapsed.js";
import { hintOf } from "./run/hints.js";
import { QuestionDialog } from "./run/question-dialog.js";
import { RunView } from "./run/run-view.js";
import { useRun } from "./run/use-run.js";
import type { JsonObject } from "./schema/schema.js";
import { askedOf, type Subject, subjectOf, type TriedKind } from "./subject.js";

/** A tool, prompt, resource or template, to be tried at once. `item` is its definition as its server wrote it. */
export function TryPanel({
  serverId,
  kind,
  item,
}: {
  readonly serverId: string;
  readonly kind: TriedKind;
  readonly item: Readonly<Record<string, unknown>>;
}) {
  // The list is read again on every event; what is being filled in stays as long as nothing changed.
  const text = JSON.stringify(item);
  const subject = useMemo(
    () => subjectOf(serverId, kind, JSON.parse(text)),
    [serverId, kind, text],
  );
  return <Trial key={JSON.stringify([serverId, kind, subject.name])} subject={subject} />;
}

function Trial({ subject }: { readonly subject: Subject }) {
  const { serverId, kind, schema, verb, item } = subject;
  const serverName = useQuery(serverQuery(serverId)).data?.name ?? serverId;
  const values = useValues(schema);
  const { run, start, cancel } = useRun();
  const past = usePastCalls(subject);
  const [pending, setPending] = useState<JsonObject>();
  const callButton = useRef<HTMLButtonElement>(null);
  const isRunning = run !== undefined && run.ended === undefined;
  const hint = kind === "tool" ? hintOf(item) : "harmless";
  const asked = askedOf(subject, values.current());

  const carryOut = async (filled: JsonObject) => {
    past.keep(filled, await start(askedOf(subject, filled)));
  };
  const begin = (filled: JsonObject) => {
    if (hint === "destructive") setPending(filled);
    else void carryOut(filled);
  };
  // A dialog that is gone cannot give the focus back by itself.
  const focusBack = () => requestAnimationFrame(() => callButton.current?.focus());

  return (
    <div className="grid grid-cols-1 min-w-0 gap-4" data-testid="try">
      <form
        noValidate
        aria-label={`${verb} ${subject.name}`}
        className="grid grid-cols-1 min-w-0 gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (isRunning) return;
          const filled = values.check();
          if (filled === undefined) focusProblem(event.currentTarget);
          else begin(filled);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          const isChord = event.ctrlKey || event.metaKey;
          const isNewLine = !isChord && event.target instanceof HTMLTextAreaElement;
          // A key that is held down asks for one call.
          if (isChord || (event.repeat && !isNewLine)) event.preventDefault();
          if (isChord && !event.repeat) event.currentTarget.requestSubmit();
        }}
      >
        {kind !== "resource" && <ValuesForm schema={schema} values={values} what="Arguments" />}
        {kind.startsWith("resource") && (
          <p className="text-sm break-all text-soft">
            Reads <code className="font-mono text-ink">{asked.name}</code>
          </p>
        )}
        {hint !== "harmless" && <HintNote isDestructive={hint === "destructive"} />}
        <div className="flex flex-wrap items-center gap-2">
          <Button ref={callButton} type="submit" look="solid" aria-disabled={isRunning}>
            <Play className="size-4" aria-hidden="true" />
            {verb}
          </Button>
          {isRunning && (
            <>
              <Button
                onClick={() => {
                  cancel();
                  callButton.current?.focus();
                }}
              >
                <Square className="size-4" aria-hidden="true" />
                Cancel
              </Button>
              <Elapsed since={run.startedAt} />
            </>
          )}
          <span className="ml-auto flex flex-wrap gap-1">
            {values.isReadable ? (
              <CopyLinks asked={asked} />
            ) : (
              <span className="text-xs text-soft">
                You can copy the call when the input is valid.
              </span>
            )}
          </span>
        </div>
        {values.problems.length > 0 && !values.isRaw && (
          <p role="alert" className="text-sm text-bad">
            {values.problems.length === 1
              ? "One field needs your attention."
              : `${values.problems.length} fields need your attention.`}
          </p>
        )}
        <p role="status" className="sr-only">
          {isRunning ? "Running" : run === undefined ? "" : "The call has ended"}
        </p>
      </form>
      {run !== undefined && <RunView key={run.number} run={run} />}
      {past.calls.length > 0 && (
        <PastList
          calls={past.calls}
          onEdit={(call) => {
            values.replace(call.values);
            callButton.current?.focus();
          }}
          onReplay={(call) => {
            if (isRunning) return;
            values.replace(call.values);
            begin(call.values);
          }}
        />
      )}
      {pending !== undefined && (
        <ConfirmDialog
          asked={askedOf(subject, pending)}
          serverName={serverName}
          onClose={() => {
            setPending(undefined);
            focusBack();
          }}
          onConfirm={() => {
            setPending(undefined);
            focusBack();
            void carryOut(pending);
          }}
        />
      )}
      {run?.question !== undefined && (
        <QuestionDialog
          key={run.question.number}
          serverName={serverName}
          question={run.question.of}
          onAnswer={answerWith(run.question.answer, focusBack)}
        />
      )}
    </div>
  );
}

/** Once the fields have been drawn with their problems. */
function focusProblem(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}

const answerWith = (answer: (answer: Answer) => void, then: () => void) => (given: Answer) => {
  answer(given);
  then();
};

function HintNote({ isDestructive }: { readonly isDestructive: boolean }) {
  return (
    <p className={`flex items-start gap-2 text-sm ${isDestructive ? "text-warn" : "text-soft"}`}>
      <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
      {isDestructive
        ? "This tool is marked as destructive: it can delete or overwrite things. You must confirm the call."
        : "The server does not say whether this tool changes anything."}
    </p>
  );
}
