import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { findPythonClient, getPythonClient } from "@hub/api";
import { assetFolder } from "../assets.js";
import type { HubApp } from "./hono.js";
import { isFresh } from "./if-none-match.js";
import { serve } from "./serve.js";

type PythonClient = { readonly bytes: Uint8Array<ArrayBuffer>; readonly etag: string };

async function readPythonClient(): Promise<PythonClient> {
  const bytes = new Uint8Array(await readFile(new URL("clients/mcp_hub.py", assetFolder)));
  const digest = createHash("sha256").update(bytes).digest("base64url");
  return { bytes, etag: `"${digest.slice(0, 22)}"` };
}

/** The file that the build took along, so that a hub gives out the client it was tested with. */
export function addPythonClientRoutes(app: HubApp): void {
  let client: PythonClient | undefined;

  serve(app, getPythonClient, async ({ context }) => {
    client ??= await readPythonClient();
    const { bytes, etag } = client;
    const headers = { etag, "cache-control": "no-cache" };
    if (isFresh(context.req.header("if-none-match"), etag)) return context.body(null, 304, headers);
    return context.body(bytes, 200, { ...headers, "content-type": "text/x-python; charset=utf-8" });
  });

  serve(app, findPythonClient, ({ context }) =>
    // Relative, so that it also holds where a proxy shows the hub below a path.
    context.body(null, 307, { location: "mcp_hub.py", "cache-control": "no-cache" }),
  );
}
