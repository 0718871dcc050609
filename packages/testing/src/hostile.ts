import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { BudgetBook, ProbeOutcome, ProbeTarget } from "@hub/core";
import { createProber } from "@hub/probe";
import { createTestDialer } from "./dialer.js";

const bugs: unknown[] = [];
const dialer = createTestDialer();
/** For servers whose fault is that nothing comes; others are found out sooner, on any machine. */
const silentMs = 500;
const patientMs = 20_000;

/** The most that a server may get rid of before the hub hangs up, with what the sockets buffer. */
export const mostSent = 32 * 1024 * 1024;

export type HostileDeps = {
  readonly budgets?: BudgetBook;
  readonly readMs?: number | undefined;
  /** Whether the answer that ends the probe never comes, so that it need not be waited for. Default: false. */
  readonly isSilent?: boolean;
};

/** Probes in full and checks what holds for every server: a limit of size, an end, and no surprise. */
export async function probeHostile(
  endpoint: string,
  more: Partial<ProbeTarget> = {},
  deps: HostileDeps = {},
): Promise<ProbeOutcome> {
  const { budgets, readMs = 1_000, isSilent = false } = deps;
  const onBug = (error: unknown) => bugs.push(error);
  const prober = createProber({ dialer, version: "1.2.3", readMs, budgets, onBug });
  const target = {
    endpoint,
    transport: "streamable-http",
    candidates: [],
    name: "weather",
    ...more,
  } as const;
  const outcome = await prober.probe(target, {
    full: true,
    timeoutMs: isSilent ? silentMs : patientMs,
  });
  assert.deepEqual(bugs, []);
  const most = deps.readMs === undefined ? 5_000_000 : 20_000_000;
  assert.ok(JSON.stringify(outcome).length < most, "the probe kept too much");
  return outcome;
}

export const codeOf = (outcome: ProbeOutcome) => (outcome.ok ? "ok" : outcome.finding.code);

/** Writes for as long as the other side reads; counts what it could get rid of. */
export function flood(
  response: ServerResponse | Socket,
  piece: string | Buffer,
  sent: { bytes: number },
): void {
  const write = () => {
    while (!response.destroyed && response.write(piece)) sent.bytes += piece.length;
  };
  response.on("drain", write);
  write();
}

export function stream(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { "content-type": "text/event-stream" });
}

export function deep(levels: number): string {
  return `${"[".repeat(levels)}${"]".repeat(levels)}`;
}
