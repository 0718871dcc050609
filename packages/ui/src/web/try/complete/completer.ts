import { send } from "../mcp/call.js";
import { CallError } from "../mcp/messages.js";
import { messageOf } from "../mcp/request.js";
import { isObject, type JsonObject } from "../schema/schema.js";
import type { Subject } from "../subject.js";

/** Asks a server how one of its arguments may go on. `filled`: what the others have. */
export type Completer = {
  /** Tells the answers of one from those of another. */
  readonly key: string;
  suggest(
    name: string,
    value: string,
    filled: unknown,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
};

let lastId = 0;

/** For prompts and templates, whose arguments are texts that the server may know; undefined for all else. */
export function completerOf({ serverId, kind, name: subject }: Subject): Completer | undefined {
  const ref = referenceTo(kind, subject);
  if (ref === undefined) return undefined;
  return {
    key: JSON.stringify([serverId, ref]),
    async suggest(name, value, filled, signal) {
      lastId += 1;
      const request = messageOf({
        ...{ serverId, method: "completion/complete", id: `complete-${lastId}` },
        params: { ref, argument: { name, value }, context: { arguments: textsIn(filled, name) } },
      });
      try {
        return suggestionsIn(await send(request, { signal, onNotice: () => {} }));
      } catch (error) {
        // Most servers suggest nothing, and say so with an error.
        if (error instanceof CallError) return [];
        throw error;
      }
    },
  };
}

function referenceTo(kind: Subject["kind"], subject: string): JsonObject | undefined {
  if (kind === "prompt") return { type: "ref/prompt", name: subject };
  if (kind === "resourceTemplate") return { type: "ref/resource", uri: subject };
  return undefined;
}

function textsIn(filled: unknown, besides: string): JsonObject {
  const entries = isObject(filled) ? Object.entries(filled) : [];
  return Object.fromEntries(
    entries.filter(([name, value]) => name !== besides && typeof value === "string"),
  );
}

function suggestionsIn({ completion }: JsonObject): readonly string[] {
  const values = isObject(completion) && Array.isArray(completion.values) ? completion.values : [];
  return values.filter((value) => typeof value === "string");
}
