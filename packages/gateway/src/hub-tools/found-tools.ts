import type { JsonObject } from "@hub/core/json";
import { bytesOf } from "@hub/core/text";
import { findToolsLimit } from "../catalogue/hub-tool-definitions.js";
import { toolResult } from "./results.js";
import { type Shortness, shortTool } from "./short-tool.js";

/** A tool as it is listed here, and whose it is. */
export type Hit = { readonly server: string; readonly definition: JsonObject };

/**
 * The longest result with as many tools as by default, which leaves the whole message within 2 KB, and what
 * each further tool adds; in bytes.
 */
const mostBytes = 1_950;
const bytesOfTool = 400;

/** From the fullest to the shortest: what fits is said. */
const shortnesses: readonly Shortness[] = [
  { characters: 240, parameters: 12 },
  { characters: 180, parameters: 8 },
  { characters: 130, parameters: 6 },
  { characters: 90, parameters: 5 },
  { characters: 70, parameters: 3 },
  { characters: 45, parameters: 2 },
  { characters: 25, parameters: 0 },
  { characters: 0, parameters: 0 },
];

/**
 * The tools that a search found, in short, with what else is to be said of it. As text and as data together
 * they take no more bytes than the answer may have; the longest sentences and lists of parameters give way.
 */
export function shortAnswer(hits: readonly Hit[], besides: JsonObject): JsonObject {
  const most = mostBytes + Math.max(0, hits.length - findToolsLimit.default) * bytesOfTool;
  let answer: JsonObject = besides;
  for (const shortness of shortnesses) {
    const tools = hits.map(({ server, definition }) => {
      const { name = "", ...more } = shortTool(definition, shortness);
      return { name, server, ...more };
    });
    answer = { tools, ...besides };
    if (bytesOf(JSON.stringify(toolResult(answer))) <= most) break;
  }
  return answer;
}
