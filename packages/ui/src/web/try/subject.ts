import { expandTemplate, neededVariables, templateVariables } from "./copy/uri-template.js";
import { parameterHeaders } from "./mcp/header-values.js";
import type { Asked } from "./mcp/request.js";
import { isObject, type JsonObject, type Schema, schemasOf, textOf } from "./schema/schema.js";

export type TriedKind = "tool" | "prompt" | "resource" | "resourceTemplate";

/** What is tried, and the words for it. */
export type Subject = {
  readonly serverId: string;
  readonly kind: TriedKind;
  /** The name of a tool or prompt, the URI of a resource, or a URI template. */
  readonly name: string;
  readonly item: JsonObject;
  /** What has to be filled in. */
  readonly schema: Schema;
  readonly verb: "Call" | "Get" | "Read";
};

const none: Schema = { type: "object", properties: {} };

/** A prompt lists its arguments; all of them are texts. */
function promptSchema(item: JsonObject): Schema {
  const listed = schemasOf(item.arguments).flatMap((one) => {
    const name = textOf(one.name);
    return name === undefined ? [] : [{ ...one, name }];
  });
  const texts = listed.map(({ name, title, description }: JsonObject & { name: string }) => [
    name,
    { type: "string", title, description },
  ]);
  return {
    type: "object",
    properties: Object.fromEntries(texts),
    required: listed.filter((one: JsonObject) => one.required === true).map(({ name }) => name),
  };
}

function templateSchema(template: string): Schema {
  const names = templateVariables(template);
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
    required: neededVariables(template),
  };
}

export function subjectOf(serverId: string, kind: TriedKind, item: JsonObject): Subject {
  switch (kind) {
    case "tool": {
      const name = textOf(item.name) ?? "";
      const schema = isObject(item.inputSchema) ? item.inputSchema : none;
      return { serverId, kind, item, name, schema, verb: "Call" };
    }
    case "prompt": {
      const name = textOf(item.name) ?? "";
      return { serverId, kind, item, name, schema: promptSchema(item), verb: "Get" };
    }
    case "resource":
      return { serverId, kind, item, name: textOf(item.uri) ?? "", schema: none, verb: "Read" };
    case "resourceTemplate": {
      const name = textOf(item.uriTemplate) ?? "";
      return { serverId, kind, item, name, schema: templateSchema(name), verb: "Read" };
    }
  }
}

/** A variable is a text; raw JSON may have anything else, which is shown in the URI before it is read. */
function variableOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The call for what was filled in. */
export function askedOf({ serverId, kind, name, schema }: Subject, values: JsonObject): Asked {
  switch (kind) {
    case "tool":
      return {
        serverId,
        method: "tools/call",
        name,
        values,
        headers: parameterHeaders(schema, values),
      };
    case "prompt":
      return { serverId, method: "prompts/get", name, values, headers: {} };
    case "resource":
      return { serverId, method: "resources/read", name, values: {}, headers: {} };
    case "resourceTemplate": {
      const texts = Object.entries(values).map(([key, value]) => [key, variableOf(value)] as const);
      const uri = expandTemplate(name, Object.fromEntries(texts));
      return { serverId, method: "resources/read", name: uri, values: {}, headers: {} };
    }
  }
}
