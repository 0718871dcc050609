import type { ServerDetail } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Play, Square, TriangleAlert } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { usePolicy } from "../access/policy.js";
import { whoQuery } from "../access/queries.js";
import { serverQuery } from "../api/queries.js";
import { Button } from "../parts/controls.js";
import { completerOf } from "./complete/completer.js";
import { CopyLinks } from "./copy/copy-links.js";
import { usePastedValues } from "./form/use-pasted-values.js";
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
  const server = useQuery(serverQuery(serverId)).data;
  const serverName = server?.name ?? serverId;
  const mayCall = useMayCall(subject, server);
  const values = useValues(schema);
  const { run, start, cancel } = useRun();
  const past = usePastCalls(subject);
  const [pending, setPending] = useState<JsonObject>();
  const callButton = useRef<HTMLButtonElement>(null);
  const isRunning = run !== undefined && run.ended === undefined;
  const hint = kind === "tool" ? hintOf(item) : "harmless";
  const asked = askedOf(subject, values.current());
  const complete = useMemo(() => completerOf(subject), [subject]);

  const carryOut = async (filled: JsonObject) => {
    past.keep(filled, await start(askedOf(subject, filled)));
  };
  const begin = (filled: JsonObject) => {
    if (hint === "destructive") setPending(filled);
    else void carryOut(filled);
  };
  // A dialog that is gone cannot give the focus back by itself.
  const focusBack = () => requestAnimationFrame(() => callButton.current?.focus());

  usePastedValues(kind !== "resource", (given) => {
    values.replace(given);
    callButton.current?.focus();
  });

  const hasPast = past.calls.length > 0;
  return (
    <div
      className={`grid min-w-0 grid-cols-[minmax(0,1fr)] items-start gap-4 ${hasPast ? "2xl:grid-cols-[minmax(0,1fr)_18rem]" : ""}`}
      data-testid="try"
    >
      <div className="grid grid-cols-1 min-w-0 gap-4">
        <form
          noValidate
          aria-label={`${verb} ${subject.name}`}
          className="grid grid-cols-1 min-w-0 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (isRunning || !mayCall) return;
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
          {kind !== "resource" && (
            <ValuesForm
              schema={schema}
              values={values}
              what="Arguments"
              complete={complete}
              takesPaste
            />
          )}
          {kind.startsWith("resource") && (
            <p className="text-sm break-all text-soft">
              Reads <code className="font-mono text-ink">{asked.name}</code>
            </p>
          )}
          {hint !== "harmless" && <HintNote isDestructive={hint === "destructive"} />}
          <div
            data-testid="call-bar"
            className="sticky bottom-14 z-10 -mx-1 flex flex-wrap items-center gap-2 border-t border-line bg-surface px-1 py-2 md:bottom-0"
          >
            <Button
              ref={callButton}
              type="submit"
              look="solid"
              aria-disabled={isRunning || !mayCall}
            >
              <Play className="size-4" aria-hidden="true" />
              {verb}
            </Button>
            {mayCall ? (
              <span className="hidden items-center gap-1 text-xs text-soft sm:inline-flex">
                <kbd className="rounded border border-line px-1.5 font-mono">Ctrl Enter</kbd>
              </span>
            ) : (
              <span className="text-xs text-soft">You may see this, but not call it.</span>
            )}
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
            {/* On a phone one row is all that there is room for. */}
            <span className={`ml-auto flex-wrap gap-1 ${isRunning ? "hidden sm:flex" : "flex"}`}>
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
      </div>
      {hasPast && (
        <PastList
          calls={past.calls}
          onEdit={(call) => {
            values.replace(call.values);
            callButton.current?.focus();
          }}
          onReplay={(call) => {
            if (isRunning || !mayCall) return;
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

/** Whether the hub lets this person call it. While the server, or who this is, is not known, the hub decides. */
function useMayCall({ kind, name }: Subject, server: ServerDetail | undefined): boolean {
  const policy = usePolicy();
  const who = useQuery(whoQuery).data;
  if (server === undefined || who === undefined) return true;
  return kind === "tool"
    ? policy.may("call", { server, tool: name })
    : policy.mayWithWhole("call", server);
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
