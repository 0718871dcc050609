import { isObject, type JsonObject, numberOf, textOf } from "../schema/schema.js";

/** An error of the protocol: the call was not carried out. */
export class CallError extends Error {
  constructor(
    message: string,
    readonly code: number | undefined,
    readonly data?: unknown,
  ) {
    super(message);
    this.name = "CallError";
  }
}

/** What a server says on the way to its result. */
export type Notice =
  | {
      readonly is: "progress";
      readonly progress: number;
      readonly total: number | undefined;
      readonly message: string | undefined;
    }
  | {
      readonly is: "log";
      readonly level: string;
      readonly logger: string | undefined;
      readonly data: unknown;
    };

export function noticeOf(message: JsonObject): Notice | undefined {
  const params = isObject(message.params) ? message.params : {};
  if (message.method === "notifications/progress")
    return {
      is: "progress",
      progress: numberOf(params.progress) ?? 0,
      total: numberOf(params.total),
      message: textOf(params.message),
    };
  if (message.method === "notifications/message")
    return {
      is: "log",
      level: textOf(params.level) ?? "info",
      logger: textOf(params.logger),
      data: params.data,
    };
  return undefined;
}

/** What a server asks of the person before it goes on. */
export type Question =
  | { readonly mode: "form"; readonly message: string; readonly schema: JsonObject }
  | { readonly mode: "url"; readonly message: string; readonly url: string };

export type Answer = {
  readonly action: "accept" | "decline" | "cancel";
  readonly content?: JsonObject;
};

/** Throws for what this page does not claim to be able to do. */
export function questionOf(request: unknown): Question {
  const { method, params } = isObject(request) ? request : {};
  if (method !== "elicitation/create" || !isObject(params))
    throw new CallError(
      `The server asks for ${textOf(method) ?? "something"}, which this page cannot give: it offers elicitation only.`,
      undefined,
      request,
    );
  const message = textOf(params.message) ?? "";
  if (params.mode === "url") return { mode: "url", message, url: textOf(params.url) ?? "" };
  return {
    mode: "form",
    message,
    schema: isObject(params.requestedSchema) ? params.requestedSchema : {},
  };
}
