import type { HubErrorCode } from "@hub/core";
import type { Action } from "@hub/core/access";
import type { z } from "zod";
import type { TagName } from "./tags.js";

type Method = "get" | "post" | "put" | "patch" | "delete";

/**
 * What a route asks of its caller: an action that some grant of the caller allows, whatever it is narrowed to.
 * `public` asks for nothing, `lease` for the id of a lease that lives. A credential that is sent is judged
 * everywhere.
 */
export type Access = "public" | Action | "lease";

export type RouteAnswer = {
  readonly description: string;
  /** Media type to schema. Default: an answer without a body. */
  readonly content?: Readonly<Record<string, z.ZodType>>;
};

/** One operation of the REST API: all that a server, a client and a document need to know of it. */
export type Route = {
  readonly method: Method;
  /** With its parameters in braces: `/servers/{id}`. */
  readonly path: `/${string}`;
  /** The group that a document shows it in. */
  readonly tag: TagName;
  readonly access: Access;
  readonly summary: string;
  readonly description?: string;
  /** What the parameters of the path are. */
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Parameters of the query that may come several times, or once with commas. */
  readonly repeatable?: readonly string[];
  readonly headers?: z.ZodObject;
  /** Media type to schema. */
  readonly body?: Readonly<Record<string, z.ZodType>>;
  /** A request without a body is fine. Default: false. */
  readonly isBodyOptional?: boolean;
  /** By status. */
  readonly answers: Readonly<Record<number, RouteAnswer>>;
  /** What it may answer instead, as a problem document, beyond `errorsOfEveryRoute`. */
  readonly errors?: readonly HubErrorCode[];
};

/** Keeps the exact type of a route, from which those of its parameters, bodies and answers follow. */
export function defineRoute<const Defined extends Route>(route: Defined): Defined {
  return route;
}

/** The parameters in a path: `{ id: string }` for `/servers/{id}`. */
export type PathParams<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [Key in Name]: string } & PathParams<Rest>
  : Readonly<Record<never, string>>;

/** The query of a route, as a handler reads it. */
export type QueryOf<Of extends Route> = Of extends { readonly query: infer Query extends z.ZodType }
  ? z.output<Query>
  : Readonly<Record<never, never>>;

type Sent<Value> = Value extends readonly (infer Item)[]
  ? Item | readonly Item[]
  : Value extends "true" | "false" | ""
    ? boolean
    : Value;

/**
 * The query of a route, as a client may say it: nothing of it has to be, one item does for a list of one, and
 * what is true or false is said so.
 */
export type QuerySent<Of extends Route> = {
  readonly [Key in keyof QueryOf<Of>]?: Sent<NonNullable<QueryOf<Of>[Key]>> | undefined;
};

/** The JSON body of a route, as a handler reads it. */
export type BodyOf<Of extends Route> = Of extends {
  readonly body: { readonly "application/json": infer Body extends z.ZodType };
}
  ? z.output<Body>
  : never;

type JsonSchema<Answer> = Answer extends {
  readonly content: { readonly "application/json": infer Body extends z.ZodType };
}
  ? Body
  : never;

type Json<Answer> = z.output<JsonSchema<Answer>>;

/** The statuses with which a route answers JSON. */
export type JsonStatus<Of extends Route> = {
  [Status in keyof Of["answers"]]: [JsonSchema<Of["answers"][Status]>] extends [never]
    ? never
    : Status;
}[keyof Of["answers"]] &
  number;

/** The JSON that a route answers with a status. */
export type AnswerOf<Of extends Route, Status extends JsonStatus<Of> = JsonStatus<Of>> = Json<
  Of["answers"][Status]
>;

/** The schema of the JSON that a route answers with a status, to parse it by. */
export function answerSchema<Of extends Route, Status extends JsonStatus<Of>>(
  route: Of,
  status: Status,
): JsonSchema<Of["answers"][Status]> {
  const schema = route.answers[status]?.content?.["application/json"];
  // A status with which the route answers JSON has one.
  return schema as JsonSchema<Of["answers"][Status]>;
}

/** A value and all within it, which nobody may change. */
export type Unchanging<Value> = Value extends readonly (infer Item)[]
  ? readonly Unchanging<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Unchanging<Value[Key]> }
    : Value;
