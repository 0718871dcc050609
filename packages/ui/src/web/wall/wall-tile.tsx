import type { ServerSummary } from "@hub/api";
import { span } from "../live/ago.js";
import { useNow } from "../live/clock.js";
import { isTrouble, type ServerState, stateOf } from "../parts/seriousness.js";
import { StatusShape, statusWord } from "../parts/status.js";

type Status = ServerState;

/** Trouble is a solid field of colour, which is seen from far; what is well is quiet. */
const looks: Readonly<Record<Status, string>> = {
  unreachable: "bg-bad-solid text-on-bad border-bad-solid",
  degraded: "bg-warn-solid text-on-warn border-warn-solid",
  suspect: "bg-warn-solid text-on-warn border-warn-solid",
  "needs-token": "bg-warn-soft text-warn border-warn",
  down: "bg-dead text-on-dead border-dead",
  left: "bg-calm-soft text-calm border-transparent",
  pending: "bg-calm-soft text-calm border-calm",
  up: "bg-good-soft text-good border-transparent",
};

/** Marks inside the filled shapes are drawn in the colour of the tile. */
const marks: Readonly<Record<Status, string>> = {
  unreachable: "[--surface:var(--bad-solid)]",
  degraded: "[--surface:var(--warn-solid)]",
  suspect: "[--surface:var(--warn-solid)]",
  "needs-token": "[--surface:var(--warn-soft)]",
  down: "",
  left: "",
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

const leastText = 11.5;
const largestText = 44;
/** What is wrong is a sentence, and read as one. */
const leastCause = 13;
/** A letter of the font beside its size, in bold. */
const letterWidth = 0.6;

/** How big a name is in a tile, and what stands below it. All tiles of a size are alike, whatever their names. */
function textSizes(width: number, height: number) {
  const large = Math.max(leastText, Math.min(largestText, width / 9, height * 0.24));
  return { large, small: Math.max(leastText, large * 0.62) };
}

/** What is wrong where nobody has found out more. */
const causes: Readonly<Partial<Record<Status, string>>> = {
  down: "It gives no sign of life any more.",
  unreachable: "The hub cannot reach it.",
};

/** One server, to be read from across a room. */
export function WallTile({
  server,
  since,
  isStale,
  width,
  height,
  columns,
  rows,
  grows,
  onFollow,
}: {
  readonly server: ServerSummary;
  /** When its status became what it is, when that is known. */
  readonly since: string | undefined;
  readonly isStale: boolean;
  readonly width: number;
  readonly height: number;
  /** How many cells it takes. */
  readonly columns: number;
  readonly rows: number;
  /** Whether it becomes higher for what it has to say. */
  readonly grows: boolean;
  /** Goes where its link leads without loading the page anew. */
  readonly onFollow: (event: React.MouseEvent<HTMLAnchorElement>) => void;
}) {
  const { id, name, title, instances } = server;
  const status = stateOf(server);
  const shown = title ?? name;
  const word = statusWord(status);
  const problem = instances.find((instance) => instance.problem !== undefined)?.problem;
  const cause = isTrouble(status) ? (problem?.cause ?? causes[status]) : undefined;
  const { large, small } = textSizes(width, height);
  const isCompact = height < large * 3.2;
  const causeSize = Math.max(leastCause, small * 0.8);
  const nameLines = isCompact || shown.length * large * letterWidth < width - large * 2 ? 1 : 2;
  const room = height - large * (0.5 + 1.25 * nameLines) - small * 1.25;
  const causeLines = grows ? 4 : Math.min(3, Math.floor(room / (causeSize * 1.25)));
  const shape = (
    <span className={`flex shrink-0 ${marks[status]}`}>
      <StatusShape status={status} className="size-[1em]" />
    </span>
  );
  return (
    <li
      data-server={id}
      data-status={status}
      style={{ gridColumn: `span ${columns}`, gridRow: `span ${rows}`, minHeight: 0 }}
      className="min-w-0"
    >
      {/* Five hundred of the router's links, each of which watches where one is, would take too long to draw. */}
      <a
        href={`/ui/servers/${encodeURIComponent(id)}`}
        onClick={onFollow}
        style={{ paddingInline: Math.max(6, large * 0.4) }}
        className={`flex h-full flex-col justify-center overflow-hidden rounded-lg border-2 outline-offset-2 ${grows ? "py-2" : ""} ${looks[status]} ${isStale ? "border-dashed" : ""}`}
      >
        <span className="flex min-w-0 items-center gap-[0.3em]" style={{ fontSize: large }}>
          {!isCompact && shape}
          <span
            className={`min-w-0 font-bold leading-tight ${isCompact ? "truncate" : "line-clamp-2 break-words"}`}
            title={shown}
          >
            {shown}
          </span>
        </span>
        <span
          className="mt-0.5 flex items-center gap-x-[0.3em] leading-tight font-semibold whitespace-nowrap"
          style={{ fontSize: small }}
        >
          {isCompact && shape}
          <span>{isStale ? `Was ${word.toLowerCase()}` : word}</span>
          {since !== undefined && !isStale && <For at={since} />}
        </span>
        {cause !== undefined && causeLines > 0 && (
          <span
            title={cause}
            className="mt-1 overflow-hidden leading-tight break-words"
            style={{
              fontSize: causeSize,
              display: "-webkit-box",
              WebkitBoxOrient: "vertical",
              WebkitLineClamp: causeLines,
            }}
          >
            {cause}
          </span>
        )}
      </a>
    </li>
  );
}
