import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { assetFolder } from "../assets.js";
import { docsPage, docsStart, docsStyles, docsTheme } from "./docs-page.js";
import { type HubApp, publicUrlOf } from "./hono.js";
import type { DocumentedAccess } from "./openapi-security.js";
import type { AppDeps } from "./ports.js";
import type { WebUi } from "./web-ui.js";

/** The files of Swagger UI that the page needs, by the path they are served at. Nothing else is read from disk. */
const assets = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
} as const;

/** The hub's own files beside them. */
const ownFiles = (webUi: WebUi | undefined) =>
  ({
    "page.css": [
      "text/css; charset=utf-8",
      docsStyles(webUi?.assets.find(({ type }) => type === "font/woff2")?.path),
    ],
    "theme.js": ["text/javascript; charset=utf-8", docsTheme],
    "start.js": ["text/javascript; charset=utf-8", docsStart],
  }) as const;

// Swagger UI sets style attributes and draws its icons from data: URLs.
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What writes it is loaded only now: most hubs are never asked for it. */
async function writeDocument(
  version: string,
  url: string,
  access: DocumentedAccess,
): Promise<string> {
  const { openApiDocument } = await import("./openapi.js");
  return JSON.stringify(openApiDocument(version, url, access));
}

export function addDocsRoutes(app: HubApp, { gate, guard, info, signIn, webUi }: AppDeps): void {
  const { issuer, usesScopes = true } = signIn;
  const isNetwork = guard.isNetwork ?? false;
  // Nearly everybody calls the hub by one name.
  let made:
    | { readonly url: string; readonly isOpen: boolean; readonly document: string }
    | undefined;
  app.get("/openapi.json", async (context) => {
    const url = publicUrlOf(context);
    const { isOpen } = gate;
    if (made?.url !== url || made.isOpen !== isOpen) {
      const people = issuer === undefined ? undefined : { url: issuer, usesScopes };
      const access = { isOpen, isNetwork, issuer: people };
      made = { url, isOpen, document: await writeDocument(info.version, url, access) };
    }
    return context.body(made.document, 200, {
      "content-type": "application/json",
      "cache-control": "no-cache",
    });
  });
  app.get("/docs", (context) =>
    context.body(docsPage(info.version, publicUrlOf(context)), 200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
    }),
  );
  for (const [name, [type, text]] of Object.entries(ownFiles(webUi)))
    app.get(`/docs/${name}`, (context) => context.body(text, 200, { "content-type": type }));
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
