import { type Difference, middleOf } from "./differences.js";

/** One property before and after, with what differs in bold. */
export function DifferenceView({
  difference: { path, before, after },
}: {
  readonly difference: Difference;
}) {
  const parts = before === undefined || after === undefined ? undefined : middleOf(before, after);
  return (
    <div data-path={path} className="min-w-0 overflow-hidden rounded-lg border border-line">
      <dt className="border-b border-line bg-raised px-3 py-1 font-mono text-xs break-all text-soft">
        {path}
      </dt>
      {before !== undefined && (
        <Side sign="−" tone="bg-bad-soft text-bad" word="Before">
          {parts === undefined ? before : <Marked {...parts.before} />}
        </Side>
      )}
      {after !== undefined && (
        <Side sign="+" tone="bg-good-soft text-good" word="After">
          {parts === undefined ? after : <Marked {...parts.after} />}
        </Side>
      )}
    </div>
  );
}

function Side({
  sign,
  tone,
  word,
  children,
}: {
  readonly sign: string;
  readonly tone: string;
  readonly word: string;
  readonly children: React.ReactNode;
}) {
  return (
    <dd className={`flex gap-2 px-3 py-1 font-mono text-code ${tone}`}>
      <span aria-hidden="true" className="select-none">
        {sign}
      </span>
      <span className="sr-only">{word}: </span>
      <span className="min-w-0 break-words whitespace-pre-wrap">{children}</span>
    </dd>
  );
}

function Marked({
  start,
  middle,
  end,
}: {
  readonly start: string;
  readonly middle: string;
  readonly end: string;
}) {
  return (
    <>
      {start}
      {middle !== "" && (
        <strong className="font-semibold underline decoration-2 underline-offset-2">
          {middle}
        </strong>
      )}
      {end}
    </>
  );
}
