import { randomUUID } from "node:crypto";
import { problems } from "@hub/api";
import { HubError, type Problem } from "@hub/core";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";
import { strictHeaders } from "./answer-headers.js";

/** A URI for one occurrence of a problem. */
export function newInstance(): string {
  return `urn:uuid:${randomUUID()}`;
}

/** A problem document, ready to be sent over whatever answers. */
export type ProblemAnswer = {
  readonly status: ContentfulStatusCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** The RFC 9457 answer to an error the hub expects. */
export function problemAnswer(error: HubError, instance = newInstance()): ProblemAnswer {
  const [status, title] = problems[error.code];
  const document = {
    type: `urn:mcp-hub:problem:${error.code.toLowerCase().replaceAll("_", "-")}`,
    title,
    status,
    code: error.code,
    detail: error.message,
    instance,
    ...(error.problems.length === 0 ? {} : { errors: error.problems }),
    ...error.details,
  };
  const headers: Record<string, string> = {
    // Here too, because some requests are refused before anything else could add them.
    ...strictHeaders,
    "content-type": "application/problem+json",
    "cache-control": "no-store",
  };
  if (error.retryAfterMs !== undefined) {
    headers["retry-after"] = String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000)));
  }
  return { status, headers, body: JSON.stringify(document) };
}

/** The same as a web-standard response. */
export function problemResponse(error: HubError, instance = newInstance()): Response {
  const { status, headers, body } = problemAnswer(error, instance);
  return new Response(body, { status, headers });
}

/** The answer to a caller when the hub itself failed. It says only that the log has the reason. */
export function faultError(): HubError {
  return new HubError("INTERNAL", "The hub could not answer this request. Its log says why.");
}

/** The error for input that breaks a schema: every problem, each with where it is. */
function invalidRequest(problems: readonly Problem[]): HubError {
  const said = problems
    .slice(0, 3)
    .map(({ pointer, detail }) => (pointer === "" ? detail : `${pointer.slice(1)} ${detail}`));
  const more = problems.length > 3 ? ` And ${problems.length - 3} more.` : "";
  return new HubError("INVALID_REQUEST", `${said.join("; ")}.${more}`, { problems });
}

const instead: Readonly<Record<string, string>> = {
  command: "the hub never runs a command; serve it with `hub-register -- <command>`",
  args: "the hub never runs a command; serve it with `hub-register -- <command>`",
  env: "the hub never runs a command; serve it with `hub-register -- <command>`",
  url: "say `endpoint`",
  leaseTtlMs: "say `lease: {ttlMs}`",
  ttlMs: "say `lease: {ttlMs}`",
};

/** What zod found, as problems with JSON pointers. */
function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const pointer = issue.path
      .map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`)
      .join("");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const hint = Object.hasOwn(instead, key) ? `: ${instead[key]}` : "";
        return {
          pointer: `${pointer}/${key.slice(0, 60)}`,
          detail: `is not a field the hub knows${hint}`,
        };
      });
    }
    const isMissing = issue.code === "invalid_type" && issue.input === undefined;
    return [{ pointer, detail: isMissing ? "is missing" : issue.message }];
  });
}

/** Parses input that came over the wire, or throws INVALID_REQUEST with everything that is wrong. */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  throw invalidRequest(problemsOf(result.error));
}
