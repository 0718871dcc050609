import { capabilityKinds } from "@hub/core";
import { z } from "zod";
import {
  definitionSchema,
  instant,
  nextCursor,
  pageCursor,
  pageSize,
  seqCursor,
  serverParams,
  wholeDefinition,
} from "./fields.js";
import { defineRoute } from "./route.js";

/** In one page: as good as all. */
export const mostItems = 1_000_000;

const query = z.strictObject({
  limit: pageSize(mostItems)
    .default(mostItems)
    .describe("Items in one page. Default: as many as fit into one answer, which is all of most."),
  cursor: pageCursor,
});

/** A page of what a server offers; `lists`: one list for each kind that it is about. */
const pageOf = <Lists extends z.ZodRawShape>(lists: Lists) =>
  z.object({
    snapshot: z.union([z.object({ hash: z.string() }), z.null()]),
    ...lists,
    hashes: z.record(z.string(), z.string()).describe("By name or URI."),
    nextCursor,
  });

const serverToolsSchema = pageOf({ tools: z.array(wholeDefinition("name")) });
const serverResourcesSchema = pageOf({
  resources: z.array(wholeDefinition("uri")),
  resourceTemplates: z.array(wholeDefinition("uriTemplate")),
});
const serverPromptsSchema = pageOf({ prompts: z.array(wholeDefinition("name")) });

const description =
  "The list is empty, with `snapshot: null`, until the hub has read it. When the list does not fit into one answer, `nextCursor` leads to the rest.";

export const listServerTools = defineRoute({
  method: "get",
  path: "/servers/{id}/tools",
  tag: "Catalogue",
  access: "read",
  summary: "The tools of a server, from the last snapshot",
  params: serverParams,
  query,
  answers: { 200: { description, content: { "application/json": serverToolsSchema } } },
  errors: ["SERVER_NOT_FOUND", "INVALID_REQUEST"],
});

export const listServerResources = defineRoute({
  method: "get",
  path: "/servers/{id}/resources",
  tag: "Catalogue",
  access: "read",
  summary: "The resources of a server, from the last snapshot",
  params: serverParams,
  query,
  answers: { 200: { description, content: { "application/json": serverResourcesSchema } } },
  errors: ["SERVER_NOT_FOUND", "INVALID_REQUEST"],
});

export const listServerPrompts = defineRoute({
  method: "get",
  path: "/servers/{id}/prompts",
  tag: "Catalogue",
  access: "read",
  summary: "The prompts of a server, from the last snapshot",
  params: serverParams,
  query,
  answers: { 200: { description, content: { "application/json": serverPromptsSchema } } },
  errors: ["SERVER_NOT_FOUND", "INVALID_REQUEST"],
});

const changedItemSchema = z.object({
  change: z.enum(["added", "removed", "changed"]),
  kind: z.enum(capabilityKinds),
  key: z.string(),
  before: definitionSchema
    .optional()
    .describe("For a changed item, the members that differ; otherwise the whole item."),
  after: definitionSchema.optional(),
  isCut: z.boolean().optional().describe("The definitions were too large to keep."),
});

const changeSchema = z.object({
  seq: z.number().describe("The number of its event in the journal."),
  at: instant,
  hash: z.string(),
  previousHash: z.string().optional(),
  items: z.array(changedItemSchema),
  omitted: z.number().optional().describe("How many changed items were not kept."),
});

const changeListSchema = z.object({
  changes: z.array(changeSchema),
  nextCursor,
});

export const listServerChanges = defineRoute({
  method: "get",
  path: "/servers/{id}/changes",
  tag: "Catalogue",
  access: "read",
  summary: "Changes to the tools, resources and prompts of a server, newest first",
  params: serverParams,
  query: z.strictObject({
    limit: pageSize(200).default(50),
    cursor: seqCursor,
  }),
  answers: {
    200: {
      description:
        "Each change with its differences. The hub deletes old changes, and definitions that are too large to keep.",
      content: { "application/json": changeListSchema },
    },
  },
  errors: ["SERVER_NOT_FOUND", "INVALID_REQUEST"],
});

export type ToolDefinition = ServerTools["tools"][number];
export type ServerTools = z.output<typeof serverToolsSchema>;
export type ServerResources = z.output<typeof serverResourcesSchema>;
export type ServerPrompts = z.output<typeof serverPromptsSchema>;
export type ChangedItem = z.output<typeof changedItemSchema>;
export type CapabilityChangeView = z.output<typeof changeSchema>;
export type CapabilityChangeList = z.output<typeof changeListSchema>;
