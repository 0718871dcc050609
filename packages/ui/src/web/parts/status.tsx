import type { Status } from "./seriousness.js";

const looks: Readonly<Record<Status, { readonly word: string; readonly tone: string }>> = {
  up: { word: "Up", tone: "text-good bg-good-soft" },
  degraded: { word: "Degraded", tone: "text-warn bg-warn-soft" },
  suspect: { word: "Suspect", tone: "text-warn bg-warn-soft" },
  "needs-token": { word: "Needs a token", tone: "text-warn bg-warn-soft" },
  unreachable: { word: "Unreachable", tone: "text-bad bg-bad-soft" },
  pending: { word: "Pending", tone: "text-calm bg-calm-soft" },
  draining: { word: "Draining", tone: "text-calm bg-calm-soft" },
  left: { word: "Left", tone: "text-calm bg-calm-soft" },
  down: { word: "Down", tone: "text-on-dead bg-dead" },
};

export const statusWord = (status: Status) => looks[status].word;
export const statusTone = (status: Status) => looks[status].tone;

/** What each status means, for whoever wonders. */
const statusMeaning: Readonly<Record<Status, string>> = {
  up: "It answers.",
  degraded: "Some of its instances do not answer.",
  suspect: "It has just refused a connection. The hub checks every two seconds whether it is back.",
  "needs-token": "It answers, but refuses requests without its own token.",
  unreachable: "The hub cannot reach it.",
  pending: "The hub has not reached it yet.",
  draining: "It is stopping and gets no new calls.",
  left: "It was taken away on purpose.",
  down: "It is gone.",
};

const shapes: Readonly<Record<Status, React.ReactNode>> = {
  up: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.800 8.200 2.200 2.200 4.200-4.600" className="stroke-surface" />
    </>
  ),
  degraded: (
    <>
      <path d="M8 1.500 15 14.200H1Z" fill="currentColor" strokeLinejoin="round" />
      <path d="M8 6v3.600M8 11.800v.1" className="stroke-surface" />
    </>
  ),
  suspect: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path
        d="M5.900 6.300a2.100 2.100 0 1 1 3 1.900c-.6.3-.9.7-.9 1.300M8 11.900v.1"
        className="stroke-surface"
      />
    </>
  ),
  "needs-token": (
    <>
      <path d="M4.700 7V5a3.300 3.300 0 0 1 6.600 0v2" stroke="currentColor" />
      <rect x="2.500" y="7" width="11" height="8" rx="1.500" fill="currentColor" />
      <path d="M8 10v2" className="stroke-surface" />
    </>
  ),
  unreachable: (
    <>
      <path d="M8 .800 15.200 8 8 15.200.800 8Z" fill="currentColor" />
      <path d="m5.800 5.800 4.400 4.400m0-4.400-4.400 4.400" className="stroke-surface" />
    </>
  ),
  pending: <circle cx="8" cy="8" r="6" stroke="currentColor" strokeDasharray="2.600 2.600" />,
  draining: (
    <>
      <circle cx="8" cy="8" r="6.500" stroke="currentColor" />
      <path d="M8 4.600v6.200M5.400 8.600 8 11.200l2.600-2.600" stroke="currentColor" />
    </>
  ),
  left: (
    <>
      <circle cx="8" cy="8" r="6.500" stroke="currentColor" />
      <path d="M5 8h6" stroke="currentColor" />
    </>
  ),
  down: (
    <>
      <rect x="1.500" y="1.500" width="13" height="13" rx="2" stroke="currentColor" />
      <path d="m5.300 5.300 5.400 5.400m0-5.400-5.400 5.400" stroke="currentColor" />
    </>
  ),
};

/** A status by its shape alone; whoever uses it says the word beside it. */
export function StatusShape({
  status,
  className = "size-4",
}: {
  readonly status: Status;
  readonly className?: string;
}) {
  return (
    <svg
      viewBox="0 0 16 16"
      className={`shrink-0 ${className}`}
      fill="none"
      strokeWidth="1.800"
      strokeLinecap="round"
      aria-hidden="true"
    >
      {shapes[status]}
    </svg>
  );
}

/** A status as shape, word and colour. */
export function StatusMark({ status }: { readonly status: Status }) {
  return (
    <span
      title={statusMeaning[status]}
      data-status={status}
      className={`inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${statusTone(status)}`}
    >
      <StatusShape status={status} className="size-3.5" />
      {statusWord(status)}
    </span>
  );
}
