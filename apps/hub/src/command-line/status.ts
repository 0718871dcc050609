import type { InstanceView, ServerSummary } from "@hub/client";
import { type Piece, type Tone, toned } from "./styled.js";

type Status = ServerSummary["status"] | InstanceView["status"];

const tones: Readonly<Record<Status, Tone>> = {
  up: "good",
  degraded: "warning",
  suspect: "warning",
  "needs-token": "warning",
  pending: "dim",
  draining: "dim",
  unreachable: "bad",
  down: "bad",
};

type ServerStatus = ServerSummary["status"];

/** In the order of how well a server is. */
export const serverStatuses = [
  "up",
  "degraded",
  "suspect",
  "needs-token",
  "pending",
  "unreachable",
  "down",
] as const satisfies readonly ServerStatus[];

export const statusPiece = (status: Status): Piece => toned(status, tones[status]);
