import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { getClaudeDesktopBundle } from "@hub/api";
import { hubConnection } from "@hub/api/config";
import { assetFolder } from "../assets.js";
import { selectionOf } from "../client-config/selection.js";
import { version } from "../version.js";
import { wantedBy } from "./client-config.js";
import { type HubApp, publicUrlOf } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";

const bridgeFile = new URL("claude-desktop/bridge.cjs", assetFolder);

/** The bundle names the hub by its public address, and holds no secret. */
export function addClaudeDesktopBundleRoute(app: HubApp, deps: AppDeps): void {
  serve(app, getClaudeDesktopBundle, async (call) => {
    const { context } = call;
    const { mode, ...asked } = call.query;
    const wanted = wantedBy({ ...asked, mode: mode ?? "auto" }, publicUrlOf(context), {
      admitted: deps.sights.of(call.principal).admitted,
      toolsets: deps.toolsets,
    });
    const { key, url } = hubConnection(wanted.hubUrl, {
      ...selectionOf(wanted),
      ...(mode === "search" ? { mode } : {}),
    });
    // What makes zip files is loaded for the first bundle only.
    const { bundleFile, bundleOf } = await import("../client-config/claude-desktop-bundle.js");
    const bridge = await readFile(fileURLToPath(bridgeFile));
    return context.body(bundleOf({ url, key, version, bridge }), 200, {
      "content-type": "application/zip",
      "content-disposition": `attachment; filename="${bundleFile(key)}"`,
      "cache-control": "no-cache",
    });
  });
}
