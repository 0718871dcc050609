import type { HubClientError, RegisterAnswer } from "@hub/client";
import type { Log, LogEntry } from "../log.js";
import { isRefusal } from "./backoff.js";
import type { LeaseEvent } from "./keep-lease.js";

/** The state of the registration at one hub. */
export type HubStatus = "registering" | "registered" | "lost" | "refused";

export interface ReporterOptions {
  readonly hubUrl: string;
  readonly log: Log;
  onStatus(status: HubStatus): void;
  /** Called at the first registration, and again when the hub had lost it. */
  onRegistered(answer: RegisterAnswer): void;
}

/** Logs each problem once, then nothing until it is over, then one line. */
export function createReporter(options: ReporterOptions): (event: LeaseEvent) => void {
  const { hubUrl, log, onStatus } = options;
  let wasRegistered = false;
  let trouble: string | undefined;

  return (event) => {
    switch (event.type) {
      case "registered":
        if (trouble !== undefined || !wasRegistered) {
          const verb = wasRegistered ? "is back; registered again" : "registered";
          log({ level: "info", message: `${registeredText(hubUrl, event.answer, verb)}` });
          options.onRegistered(event.answer);
        }
        wasRegistered = true;
        trouble = undefined;
        onStatus("registered");
        break;
      case "waiting":
        if (trouble !== "waiting")
          log({ level: "info", message: waitingText(hubUrl, event.answer) });
        trouble = "waiting";
        onStatus(wasRegistered ? "lost" : "registering");
        break;
      case "renewed":
        if (trouble !== undefined) log({ level: "info", message: `the hub at ${hubUrl} is back` });
        trouble = undefined;
        onStatus("registered");
        break;
      case "failed": {
        const kind = isRefusal(event.error) ? event.error.code : "unreachable";
        if (kind !== trouble) log(troubleText(hubUrl, event.error, wasRegistered));
        trouble = kind;
        onStatus(kind !== "unreachable" ? "refused" : wasRegistered ? "lost" : "registering");
        break;
      }
      default:
        event satisfies never;
    }
  };
}

function registeredText(hubUrl: string, answer: RegisterAnswer, verb: string): string {
  const { id, name } = answer.server;
  const where = `${hubUrl}/servers/${id}`;
  if (verb === "registered") return `registered "${name}" at ${where}`;
  return `the hub ${verb} "${name}" at ${where}`;
}

function waitingText(hubUrl: string, { server }: RegisterAnswer): string {
  return `listed as "${server.name}" at ${hubUrl}/servers/${server.id}: the hub waits for the lease of an earlier process at this endpoint to end. Asking again until then.`;
}

function troubleText(hubUrl: string, error: HubClientError, wasRegistered: boolean): LogEntry {
  const { status, code } = error;
  const detail = sentence(error.detail);
  if (code === "NOT_A_HUB") return { level: "error", message: detail };
  if (code === "NO_TOKEN")
    return { level: "error", message: `${detail} Asking again until it can be read.` };
  if (code === "ADMISSION_REFUSED")
    return { level: "error", message: `the hub at ${hubUrl} refused: ${detail}` };
  if (status === 401 || status === 403) {
    const advice =
      "Set MCP_HUB_TOKEN to a token that may register, or MCP_HUB_TOKEN_FILE to a file with one.";
    return { level: "error", message: `the hub at ${hubUrl} refused: ${detail} ${advice}` };
  }
  if (isRefusal(error)) {
    const later = code === "NAME_TAKEN" ? " Asking again until it is free." : "";
    const message = `the hub at ${hubUrl} refused: ${detail}${problems(error)}${later}`;
    return { level: "error", message };
  }
  const promise = wasRegistered
    ? "The server keeps running, and registers again when the hub is back."
    : "The server runs without it, and registers when the hub appears (MCP_HUB_URL).";
  return { level: "warn", message: `${detail} ${promise}` };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The problems that the hub listed, if any. */
function problems({ problem }: HubClientError): string {
  if (!Array.isArray(problem.errors)) return "";
  const texts = problem.errors.map(
    (entry: { pointer?: unknown; detail?: unknown }) => `${entry.pointer} ${entry.detail}`,
  );
  return ` (${texts.join("; ")})`;
}
