import { contract, errorsOfEveryRoute, eventSchema, problemSchema, type Route } from "@hub/api";
import type { z } from "zod";

/** What came back from the REST API. */
type RestAnswer = {
  readonly method: string;
  /** With or without a host and a query. */
  readonly url: string;
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
};

const patterns = contract.map((route) => ({
  route,
  // One with a parameter comes after its namesake without.
  pattern: new RegExp(`^${route.path.replace(/\{\w+\}/g, "[^/]+")}$`),
}));

function routeOf(method: string, path: string): Route | undefined {
  const wanted = method === "HEAD" ? "GET" : method;
  return patterns.find(
    ({ route, pattern }) => route.method.toUpperCase() === wanted && pattern.test(path),
  )?.route;
}

/** Where two JSON values first differ, as a JSON pointer; undefined when they are the same. */
function differenceOf(one: unknown, other: unknown, at = ""): string | undefined {
  if (Object.is(one, other)) return undefined;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return at;
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = differenceOf(Reflect.get(one, key), Reflect.get(other, key), `${at}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Why a JSON text is not what a schema says; undefined when it is, with no member that it does not name. */
function flawOf(schema: z.ZodType, text: string): string | undefined {
  const body: unknown = JSON.parse(text);
  const parsed = schema.safeParse(body);
  if (!parsed.success) return parsed.error.message;
  const at = differenceOf(body, parsed.data);
  return at === undefined ? undefined : `the contract does not know ${at}`;
}

function problemFlaw(route: Route | undefined, { status, text }: RestAnswer): string | undefined {
  const flaw = flawOf(problemSchema, text);
  if (flaw !== undefined) return flaw;
  const problem = problemSchema.parse(JSON.parse(text));
  if (problem.status !== status) return `its problem says status ${problem.status}`;
  const codes: readonly string[] = [...errorsOfEveryRoute, ...(route?.errors ?? [])];
  return codes.includes(problem.code) ? undefined : `the contract does not name ${problem.code}`;
}

function flawIn(route: Route | undefined, answer: RestAnswer): string | undefined {
  const type = answer.contentType.split(";")[0] ?? "";
  if (type === "application/problem+json")
    return answer.text === "" ? undefined : problemFlaw(route, answer);
  // Pages, documents and MCP endpoints are no part of the contract.
  if (route === undefined) return undefined;
  const said = route.answers[answer.status];
  if (said === undefined) return "the contract does not name this status";
  if (said.content === undefined)
    return answer.text === "" ? undefined : "the contract names no body";
  // Configuration has the media type of its file.
  const schema = said.content[type] ?? said.content["text/plain"];
  if (schema === undefined) return `the contract does not name ${type}`;
  if (type !== "application/json" || answer.text === "" || answer.method === "HEAD")
    return undefined;
  return flawOf(schema, answer.text);
}

/** Throws when an answer of the REST API is not what the contract says: its status, its body, its error. */
export function holdToContract(answer: RestAnswer): void {
  const { pathname } = new URL(answer.url, "http://hub.invalid");
  const flaw = flawIn(routeOf(answer.method, pathname), answer);
  if (flaw === undefined) return;
  throw new Error(
    `${answer.method} ${answer.url} answered ${answer.status} beside the contract: ${flaw}\n${answer.text.slice(0, 2_000)}`,
  );
}

/** The same of a response, which can still be read afterwards. What streams is left as it is. */
export async function holdResponse(method: string, url: string, response: Response): Promise<void> {
  const contentType = response.headers.get("content-type") ?? "";
  if (contentType.includes("text/event-stream")) return;
  const text = await response.clone().text();
  holdToContract({ method, url, status: response.status, contentType, text });
}

/** Throws when an event of the event stream is not what the contract says. */
export function holdEvent(data: string): void {
  const flaw = flawOf(eventSchema, data);
  if (flaw !== undefined) throw new Error(`an event beside the contract: ${flaw}\n${data}`);
}
