import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { assetFolder } from "../assets.js";
import { type HubApp, publicUrlOf } from "./hono.js";

/** The files of Swagger UI that the page needs, by the path they are served at. Nothing else is read from disk. */
const assets = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
} as const;

/** The page itself holds no inline script or style, so that its policy needs no exception for scripts. */
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MCP Hub API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const startScript = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null });
`;

// Swagger UI sets style attributes and draws its icons from data: URLs.
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What writes it is loaded only now: most hubs are never asked for it. */
async function writeDocument(version: string, url: string): Promise<string> {
  const { openApiDocument } = await import("./openapi.js");
  return JSON.stringify(openApiDocument(version, url));
}

export function addDocsRoutes(app: HubApp, version: string): void {
  // Nearly everybody calls the hub by one name.
  let made: { readonly url: string; readonly document: string } | undefined;
  app.get("/openapi.json", async (context) => {
    const url = publicUrlOf(context);
    if (made?.url !== url) made = { url, document: await writeDocument(version, url) };
    return context.body(made.document, 200, {
      "content-type": "application/json",
      "cache-control": "no-cache",
    });
  });
  app.get("/docs", (context) =>
    context.body(page, 200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
    }),
  );
  app.get("/docs/start.js", (context) =>
    context.body(startScript, 200, { "content-type": "text/javascript; charset=utf-8" }),
  );
  for (const [name, type] of Object.entries(assets)) {
    app.get(`/docs/${name}`, async (context) => {
      const bytes = await readFile(fileURLToPath(new URL(`swagger-ui/${name}`, assetFolder)));
      return context.body(new Uint8Array(bytes), 200, {
        "content-type": type,
        "cache-control": "public, max-age=86400",
      });
    });
  }
}
