import type { ServerSummary } from "@hub/api";
import { Link } from "@tanstack/react-router";
import { span } from "../live/ago.js";
import { useNow } from "../live/clock.js";
import { StatusShape, statusWord } from "../parts/status.js";
import { leastText, textSizes } from "./text-size.js";

type Status = ServerSummary["status"];

/** Trouble is a solid field of colour, which is seen from far; what is well is quiet. */
const looks: Readonly<Record<Status, string>> = {
  unreachable: "bg-bad text-surface border-bad",
  degraded: "bg-warn text-surface border-warn",
  suspect: "bg-warn text-surface border-warn",
  "needs-token": "bg-warn-soft text-warn border-warn",
  down: "bg-calm text-surface border-calm",
  pending: "bg-calm-soft text-calm border-calm",
  up: "bg-good-soft text-good border-good",
};

/** Marks inside the filled shapes are drawn in the colour of the tile. */
const marks: Readonly<Record<Status, string>> = {
  unreachable: "[--surface:var(--bad)]",
  degraded: "[--surface:var(--warn)]",
  suspect: "[--surface:var(--warn)]",
  "needs-token": "[--surface:var(--warn-soft)]",
  down: "[--surface:var(--calm)]",
  pending: "[--surface:var(--calm-soft)]",
  up: "[--surface:var(--good-soft)]",
};

function For({ at }: { readonly at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()} className="tabular-nums">
      for {span(Math.max(1_000, now - Date.parse(at)))}
    </time>
  );
}

/** A tile that also says what is wrong keeps room for it. */
const forName = 0.78;

/** One server, to be read from across a room. */
export function WallTile({
  server,
  since,
  isStale,
  width,
  height,
  span: cells,
}: {
  readonly server: ServerSummary;
  /** When its status became what it is, when that is known. */
  readonly since: string | undefined;
  readonly isStale: boolean;
  readonly width: number;
  readonly height: number;
  readonly span: 1 | 2;
}) {
  const { id, name, title, status, instances } = server;
  const shown = title ?? name;
  const word = statusWord(status);
  const cause = instances.find((instance) => instance.problem !== undefined)?.problem?.cause;
  const hasCause = status !== "up" && cause !== undefined;
  const { large, small, isInTwoLines, isCompact } = textSizes(
    shown,
    `${word} for 59 min`,
    width,
    hasCause ? height * forName : height,
  );
  const hasRoom = height >= large * (isInTwoLines ? 2.4 : 1.3) + small * 3.6;
  const shape = (
    <span className={`flex shrink-0 ${marks[status]}`}>
      <StatusShape status={status} className="size-[1em]" />
    </span>
  );
  return (
    <li
      data-server={id}
      data-status={status}
      style={{ gridColumn: `span ${cells}`, gridRow: `span ${cells}`, minHeight: 0 }}
      className="min-w-0"
    >
      <Link
        to="/ui/servers/$id"
        params={{ id }}
        className={`flex h-full flex-col justify-center overflow-hidden rounded-lg border-2 px-1.5 outline-offset-2 ${looks[status]} ${isStale ? "border-dashed" : ""}`}
      >
        <span className="flex min-w-0 items-center gap-[0.3em]" style={{ fontSize: large }}>
          {!isCompact && shape}
          <span
            className={`min-w-0 font-bold leading-[1.12] ${isInTwoLines ? "line-clamp-2 text-balance break-words" : "truncate"}`}
          >
            {shown}
          </span>
        </span>
        <span
          className="mt-[0.15em] flex items-center gap-x-[0.5em] leading-[1.25] font-semibold whitespace-nowrap"
          style={{ fontSize: small }}
        >
          {isCompact && shape}
          <span>{isStale ? `Was ${word.toLowerCase()}` : word}</span>
          {since !== undefined && !isStale && <For at={since} />}
        </span>
        {hasCause && hasRoom && (
          <span
            className="mt-[0.3em] line-clamp-2 leading-[1.25] break-words"
            style={{ fontSize: Math.max(leastText, small * 0.72) }}
          >
            {cause}
          </span>
        )}
      </Link>
    </li>
  );
}
