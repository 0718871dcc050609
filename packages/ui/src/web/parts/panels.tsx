import { CircleAlert, RotateCw } from "lucide-react";
import { shownError } from "../api/problem.js";
import { Button, CopyButton } from "./controls.js";
import { Boundary } from "./fault.js";
import { ScrollArea } from "./scroll-area.js";

/** A quiet box around things that belong together. */
export function Panel({
  title,
  actions,
  children,
  className = "",
}: {
  readonly title?: React.ReactNode;
  readonly actions?: React.ReactNode;
  readonly children: React.ReactNode;
  readonly className?: string;
}) {
  return (
    <section
      className={`rounded-xl border border-line bg-surface p-4 shadow-card sm:p-5 ${className}`}
    >
      {(title !== undefined || actions !== undefined) && (
        <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
          <h2 className="min-w-0 text-base font-semibold">{title}</h2>
          {actions}
        </div>
      )}
      <Boundary>{children}</Boundary>
    </section>
  );
}

/** The head of a page: what it is, and what can be done with it. */
export function PageHead({
  title,
  lead,
  actions,
}: {
  readonly title: React.ReactNode;
  readonly lead?: React.ReactNode;
  readonly actions?: React.ReactNode;
}) {
  return (
    <div className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="truncate text-xl font-semibold tracking-tight">{title}</h1>
        {lead !== undefined && <p className="mt-1 max-w-text text-soft">{lead}</p>}
      </div>
      {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </div>
  );
}

/** An error with what to do about it. */
export function Problem({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}) {
  const { title, detail, fields } = shownError(error);
  return (
    <div role="alert" className="flex gap-3 rounded-xl bg-bad-soft p-4 text-bad">
      <CircleAlert className="mt-0.5 size-5 shrink-0" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title}</p>
        <p className="text-sm break-words">{detail}</p>
        {fields.length > 0 && (
          <ul className="mt-1 list-disc pl-5 text-sm">
            {fields.map((one) => (
              <li key={one.pointer + one.detail}>
                <code>{one.pointer}</code> {one.detail}
              </li>
            ))}
          </ul>
        )}
      </div>
      {onRetry !== undefined && (
        <Button look="danger" onClick={onRetry}>
          <RotateCw className="size-4" aria-hidden="true" />
          Try again
        </Button>
      )}
    </div>
  );
}

/** A place where something will be in a moment. */
function Skeleton({ className = "h-24" }: { readonly className?: string }) {
  return (
    <div
      aria-hidden="true"
      className={`motion-safe:animate-pulse rounded-xl bg-raised ${className}`}
    />
  );
}

/** Skeletons, named for those who hear the page instead of seeing it. */
export function Loading({
  what,
  rows = 3,
  className,
}: {
  readonly what: string;
  readonly rows?: number;
  readonly className?: string;
}) {
  return (
    <div role="status" className="grid grid-cols-1 gap-3">
      <span className="sr-only">Loading {what}…</span>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike and never move
        <Skeleton key={index} {...(className === undefined ? {} : { className })} />
      ))}
    </div>
  );
}

/** A place with nothing in it, and what to do about that. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: React.ReactNode;
}) {
  return (
    <div className="rounded-xl border border-dashed border-line-strong px-6 py-10 text-center">
      <p className="font-medium">{title}</p>
      {children !== undefined && (
        <div className="mx-auto mt-1 max-w-text text-sm text-soft">{children}</div>
      )}
    </div>
  );
}

/** A small label. */
export function Badge({
  tone = "plain",
  title,
  isWhole = false,
  children,
}: {
  readonly tone?: "plain" | "accent" | "good" | "warn" | "bad" | "calm";
  readonly title?: string;
  /** Whether it keeps its width where others are cut. Default: no. */
  readonly isWhole?: boolean;
  readonly children: React.ReactNode;
}) {
  const tones = {
    plain: "bg-raised text-soft",
    accent: "bg-accent-soft text-accent",
    good: "bg-good-soft text-good",
    warn: "bg-warn-soft text-warn",
    bad: "bg-bad-soft text-bad",
    calm: "bg-calm-soft text-calm",
  };
  return (
    <span
      title={title}
      className={`inline-block max-w-full truncate rounded-md px-1.5 py-0.5 align-middle text-xs font-medium ${isWhole ? "shrink-0" : ""} ${tones[tone]}`}
    >
      {children}
    </span>
  );
}

/** Text as a machine reads it, with a button that copies it. `what` names it for the button. */
export function Code({
  text,
  what,
  className = "",
  wraps = false,
}: {
  readonly text: string;
  readonly what: string;
  readonly className?: string;
  /** One long word, all of which is to be seen. Default: it scrolls. */
  readonly wraps?: boolean;
}) {
  return (
    <div className={`flex items-start rounded-lg border border-line bg-raised ${className}`}>
      <ScrollArea
        label={what}
        className="min-w-0 flex-1 overflow-x-auto p-3 font-mono text-code leading-relaxed"
      >
        <pre className={`font-mono ${wraps ? "break-all whitespace-pre-wrap" : ""}`}>
          <code>{text}</code>
        </pre>
      </ScrollArea>
      <div className="shrink-0 p-1">
        <CopyButton text={text} what={what} />
      </div>
    </div>
  );
}

/** Names and values in two columns. A value that is undefined leaves its row out. */
export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: React.ReactNode | undefined])[];
}) {
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-6 gap-y-1.5 text-sm">
      {facts.map(([name, value]) =>
        value === undefined ? null : (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** A link out of the page, only ever to http and https; anything else a server says stays text. */
export function OutLink({
  href,
  children,
}: {
  readonly href: string;
  readonly children?: React.ReactNode;
}) {
  const isWeb =
    URL.canParse(href) && ["http:", "https:"].includes(new URL(href).protocol.toLowerCase());
  if (!isWeb) return <span className="break-all">{children ?? href}</span>;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      className="break-all text-accent underline underline-offset-2"
    >
      {children ?? href}
    </a>
  );
}
