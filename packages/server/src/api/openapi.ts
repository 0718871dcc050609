import { createRoute } from "@hono/zod-openapi";
import type { HubErrorCode } from "@hub/core";
import { z } from "zod";
import type { HubApp } from "./context.js";
import { problemView, statusOf } from "./problem.js";

type RouteConfig = Parameters<typeof createRoute>[0];

export type RouteDoc = {
  readonly method: RouteConfig["method"];
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  /** Content type to schema. */
  readonly body?: Readonly<Record<string, z.ZodType>>;
  /** A request without a body is fine. Default: false. */
  readonly isBodyOptional?: boolean;
  readonly responses: Readonly<
    Record<
      number,
      { readonly description: string; readonly content?: Readonly<Record<string, z.ZodType>> }
    >
  >;
  readonly errors?: readonly HubErrorCode[];
};

const contentOf = (content: Readonly<Record<string, z.ZodType>>) =>
  Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]));

/**
 * Writes a route into the OpenAPI document. The handler is added beside it and validates by itself,
 * so that every error has the one shape and each media type is read by its own rules.
 */
export function document(app: HubApp, doc: RouteDoc): void {
  const errors = new Map<number, string[]>();
  for (const code of doc.errors ?? [])
    errors.set(statusOf(code), [...(errors.get(statusOf(code)) ?? []), code]);
  const responses: RouteConfig["responses"] = {};
  for (const [status, { description, content }] of Object.entries(doc.responses)) {
    responses[status] = {
      description,
      ...(content === undefined ? {} : { content: contentOf(content) }),
    };
  }
  for (const [status, codes] of errors) {
    responses[status] = {
      description: codes.join(", "),
      content: contentOf({ "application/problem+json": problemView }),
    };
  }
  app.openAPIRegistry.registerPath(
    createRoute({
      method: doc.method,
      path: doc.path,
      tags: [doc.tag],
      summary: doc.summary,
      ...(doc.description === undefined ? {} : { description: doc.description }),
      request: {
        ...(doc.params === undefined ? {} : { params: doc.params }),
        ...(doc.query === undefined ? {} : { query: doc.query }),
        ...(doc.headers === undefined ? {} : { headers: doc.headers }),
        ...(doc.body === undefined
          ? {}
          : { body: { required: doc.isBodyOptional !== true, content: contentOf(doc.body) } }),
      },
      responses,
    }),
  );
}

export const serverIdParams = z.object({
  id: z.string().describe("The id of a server, as in GET /servers."),
});
