import { readFile } from "node:fs/promises";
import type { Context } from "hono";
import type { AppEnv, HubApp } from "./hono.js";

export type WebAsset = {
  /** The path it is served at. */
  readonly path: string;
  /** Its media type. */
  readonly type: string;
  readonly file: URL;
  /** The same, compressed with gzip. */
  readonly gzipFile: URL;
  /** Its name changes with its content, so it can be kept for ever. */
  readonly isImmutable: boolean;
};

/** A web UI as a fixed list of files: nothing else is ever looked for on the disk. */
export type WebUi = {
  /** The page, which is the same at all its paths. */
  readonly page: WebAsset;
  /** Where the page is served, as Hono writes paths. */
  readonly pagePaths: readonly string[];
  /** Where the page says itself that there is no such page, as Hono writes paths. */
  readonly unknownPaths: string;
  readonly assets: readonly WebAsset[];
};

/**
 * No inline script or style, no other host, no frame around it. Pictures and sounds that a tool answers
 * come as data; markup that was not made by the page's own code is no markup (Trusted Types).
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

async function send(
  context: Context<AppEnv>,
  asset: WebAsset,
  more: Record<string, string>,
  status: 200 | 404 = 200,
) {
  const isPacked = context.req.header("accept-encoding")?.includes("gzip") === true;
  const bytes = await readFile(isPacked ? asset.gzipFile : asset.file);
  return context.body(new Uint8Array(bytes), status, {
    "content-type": asset.type,
    vary: "Accept-Encoding",
    ...(isPacked ? { "content-encoding": "gzip" } : {}),
    ...more,
  });
}

/** `/` is the page for a browser; a program that asks for JSON gets the signpost it always got. */
const wantsPage = (accept: string | undefined) => accept?.includes("text/html") === true;

const pageHeaders = {
  "content-security-policy": policy,
  "cache-control": "no-cache",
  vary: "Accept, Accept-Encoding",
};

export function addWebUiRoutes(
  app: HubApp,
  { page, pagePaths, unknownPaths, assets }: WebUi,
): void {
  for (const path of pagePaths) {
    app.get(path, async (context, next) => {
      if (path === "/" && !wantsPage(context.req.header("accept"))) return next();
      return send(context, page, pageHeaders);
    });
  }
  for (const asset of assets) {
    app.get(asset.path, (context) =>
      send(context, asset, {
        "cache-control": asset.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
      }),
    );
  }
  app.get(unknownPaths, async (context, next) => {
    const { pathname, search } = new URL(context.req.url);
    // People write `/ui/`. Below `/ui` the answer never leads to another host.
    if (pathname.endsWith("/")) return context.redirect(`${pathname.replace(/\/+$/, "")}${search}`);
    return wantsPage(context.req.header("accept")) ? send(context, page, pageHeaders, 404) : next();
  });
}
