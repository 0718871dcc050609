import { OpenAPIHono } from "@hono/zod-openapi";
import { contract, problemSchema, problems, type Route, tags } from "@hub/api";
import type { z } from "zod";
import { type DocumentedAccess, securityOf, securitySchemes } from "./openapi-security.js";

type Registry = OpenAPIHono["openAPIRegistry"];
type Responses = Parameters<Registry["registerPath"]>[0]["responses"];

const contentOf = (content: Readonly<Record<string, z.ZodType>>) =>
  Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]));

function responsesOf({ answers, errors = [] }: Route): Responses {
  const responses: Responses = {};
  for (const [status, { description, content }] of Object.entries(answers)) {
    responses[status] = {
      description,
      ...(content === undefined ? {} : { content: contentOf(content) }),
    };
  }
  const byStatus = new Map<number, string[]>();
  for (const code of errors) {
    const [status] = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  for (const [status, codes] of byStatus) {
    responses[status] = {
      description: codes.join(", "),
      content: contentOf({ "application/problem+json": problemSchema }),
    };
  }
  return responses;
}

function describe(registry: Registry, route: Route, access: DocumentedAccess): void {
  const { method, path, tag, summary, description, params, query, headers, body } = route;
  registry.registerPath({
    method,
    path,
    tags: [tag],
    summary,
    security: securityOf(route.access, access),
    ...(description === undefined ? {} : { description }),
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined
        ? {}
        : { body: { required: route.isBodyOptional !== true, content: contentOf(body) } }),
    },
    responses: responsesOf(route),
  });
}

/** The contract as an OpenAPI 3.1 document, of the hub at `url`. */
export function openApiDocument(version: string, url: string, access: DocumentedAccess): object {
  // It answers nothing: it is only what writes documents.
  const writer = new OpenAPIHono();
  const { openAPIRegistry } = writer;
  for (const [name, scheme] of Object.entries(securitySchemes(access, url)))
    openAPIRegistry.registerComponent("securitySchemes", name, scheme);
  for (const route of contract) describe(openAPIRegistry, route, access);
  return writer.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "MCP Hub",
      version,
      description: "A live, durable catalogue of MCP servers that register themselves.",
      license: { name: "MIT" },
    },
    servers: [{ url }],
    tags: tags.map((tag) => ({ ...tag })),
  });
}
