import type { Event, EventKind } from "@hub/api";
import {
  Ban,
  CircleDot,
  DoorOpen,
  Hourglass,
  KeyRound,
  LogIn,
  LogOut,
  PencilLine,
  RefreshCw,
  SquarePen,
  Trash2,
  TriangleAlert,
  Wrench,
} from "lucide-react";

import { StatusShape, statusTone } from "../parts/status.js";

type Look = {
  readonly word: string;
  readonly icon: typeof LogIn;
  readonly tone: string;
};

const looks: Readonly<Record<EventKind, Look>> = {
  registered: { word: "Registered", icon: LogIn, tone: "text-good bg-good-soft" },
  "registration-updated": {
    word: "Updated",
    icon: PencilLine,
    tone: "text-accent bg-accent-soft",
  },
  edited: { word: "Edited", icon: SquarePen, tone: "text-accent bg-accent-soft" },
  "credentials-changed": {
    word: "Credentials",
    icon: KeyRound,
    tone: "text-accent bg-accent-soft",
  },
  "status-changed": { word: "Status", icon: RefreshCw, tone: "text-calm bg-calm-soft" },
  "capabilities-changed": { word: "Offers", icon: Wrench, tone: "text-accent bg-accent-soft" },
  deregistered: { word: "Left", icon: LogOut, tone: "text-calm bg-calm-soft" },
  forgotten: { word: "Forgotten", icon: Trash2, tone: "text-calm bg-calm-soft" },
  waiting: { word: "Waiting", icon: Hourglass, tone: "text-warn bg-warn-soft" },
  admitted: { word: "Let in", icon: DoorOpen, tone: "text-good bg-good-soft" },
  refused: { word: "Refused", icon: Ban, tone: "text-bad bg-bad-soft" },
  "name-conflict": {
    word: "Name conflict",
    icon: TriangleAlert,
    tone: "text-warn bg-warn-soft",
  },
};

const unknown: Look = { word: "Event", icon: CircleDot, tone: "text-calm bg-calm-soft" };

const lookOf = (kind: string): Look =>
  Object.entries(looks).find(([known]) => known === kind)?.[1] ?? unknown;

export const kindWord = (kind: string) => lookOf(kind).word;

export function KindIcon({
  kind,
  className,
}: {
  readonly kind: string;
  readonly className: string;
}) {
  const { icon: Icon } = lookOf(kind);
  return <Icon className={className} aria-hidden="true" />;
}

/** An event's kind as a picture in a circle; a change of status shows the status it came to. */
export function EventMark({ event }: { readonly event: Event }) {
  const to = event.kind === "status-changed" ? event.to : undefined;
  return (
    <span
      className={`flex size-8 shrink-0 items-center justify-center rounded-full ${to === undefined ? lookOf(event.kind).tone : statusTone(to)}`}
    >
      {to === undefined ? (
        <KindIcon kind={event.kind} className="size-4" />
      ) : (
        <StatusShape status={to} className="size-4" />
      )}
    </span>
  );
}
