import { randomUUID } from "node:crypto";
import { HubError, type HubErrorCode, type Problem } from "@hub/core";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import { strictHeaders } from "./answer-headers.js";

/** A new code does not compile until it has a status and a title. */
const table = {
  INVALID_REQUEST: [400, "The request is not valid"],
  UNSUPPORTED_MEDIA_TYPE: [415, "The hub cannot read this type of body"],
  BODY_TOO_LARGE: [413, "The body is too large"],
  ENDPOINT_REFUSED: [422, "The hub may not connect to this endpoint"],
  HOST_REFUSED: [403, "The Host header is not allowed"],
  ORIGIN_REFUSED: [403, "Requests from this origin are not allowed"],
  NO_PAGE_HERE: [403, "There is no page at this path"],
  NOT_OWNER: [403, "Only the owner may do this"],
  ROUTE_NOT_FOUND: [404, "There is nothing at this path"],
  METHOD_NOT_ALLOWED: [405, "This path does not support the method"],
  SERVER_NOT_FOUND: [404, "There is no such server"],
  LEASE_UNKNOWN: [404, "There is no such lease"],
  NAME_TAKEN: [409, "The name is taken"],
  REVISION_CONFLICT: [409, "Somebody else changed it first"],
  TOOLSET_NOT_FOUND: [404, "There is no such toolset"],
  TOOLSET_TAKEN: [409, "The toolset exists already"],
  PRECONDITION_FAILED: [412, "It has changed since it was read"],
  TOO_MANY_REQUESTS: [429, "Too many requests"],
  TOO_MANY_CONNECTIONS: [429, "Too many connections"],
  TOO_MANY_STREAMS: [429, "Too many streams"],
  REGISTRY_FULL: [507, "The hub is full"],
  STORE_UNAVAILABLE: [503, "The store cannot write"],
  SHUTTING_DOWN: [503, "The hub is stopping"],
  INTERNAL: [500, "The hub failed"],
} as const satisfies Record<HubErrorCode, readonly [ContentfulStatusCode, string]>;

export const problemView = z
  .object({
    type: z.string().describe("A stable URI of the kind of problem."),
    title: z.string(),
    status: z.number(),
    code: z.string(),
    detail: z.string().describe("What happened and what to do."),
    instance: z
      .string()
      .describe(
        "Identifies this occurrence. The hub's log has it too, if the failure was the hub's own.",
      ),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: "Problem" });

export function statusOf(code: HubErrorCode): ContentfulStatusCode {
  return table[code][0];
}

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
  const [status, title] = table[error.code];
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
