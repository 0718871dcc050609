import { codes } from "@hub/mcp";
import { isTooDeep, tooDeepText } from "./nesting.js";
import { type ReadJson, readJson } from "./written-numbers.js";

/** The most an MCP request may hold, in bytes. */
const maxBodyBytes = 4 * 1024 * 1024;

export type ReadBody = ReadJson | { readonly refusal: Response };

function refuse(status: number, code: number, message: string): ReadBody {
  return {
    refusal: Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status }),
  };
}

const asItIs = (value: unknown): ReadJson => ({ plain: value, written: value });

/**
 * Reads a POST's JSON, counting while it reads. `given` is a body a framework has parsed before; how its
 * numbers were written is lost, as it is where nobody `keepsWrittenNumbers`.
 */
export async function readJsonBody(
  request: Request,
  given: unknown,
  keepsWrittenNumbers: boolean,
): Promise<ReadBody> {
  const mediaType = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") {
    return refuse(
      415,
      codes.badRequest,
      "Unsupported Media Type: Content-Type must be application/json",
    );
  }
  if (given !== undefined) return asItIs(given);
  const text = await readText(request);
  if (text === undefined) {
    return refuse(413, codes.badRequest, `Request body is larger than ${maxBodyBytes} bytes`);
  }
  if (isTooDeep(text))
    return refuse(400, codes.invalidRequest, `The request body is ${tooDeepText}`);
  try {
    return keepsWrittenNumbers ? readJson(text) : asItIs(JSON.parse(text));
  } catch {
    return refuse(400, codes.parseError, "Parse error: the request body is not valid JSON");
  }
}

async function readText(request: Request): Promise<string | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBodyBytes) return undefined;
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBodyBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
