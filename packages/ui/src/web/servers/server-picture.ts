import type { ServerDetail, ServerSummary } from "@hub/api";
import { isRecord } from "../server/definition.js";
import { sizeOfPicture } from "./picture-size.js";

/**
 * Pictures that are in the words of a server themselves; others would be requests to hosts that a stranger chose. No SVG:
 * it is a document.
 */
const embedded = /^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}$/;

/** As large as a small picture is; in characters of its URL. */
const longest = 64 * 1024;

/** In pixels. One colour takes a few bytes however large it is, and a browser has four bytes for each pixel. */
const mostPixels = 1_024;

const isSafe = (src: unknown): src is string =>
  typeof src === "string" && src.length <= longest && embedded.test(src) && isSmall(src);

function isSmall(src: string): boolean {
  const size = sizeOfPicture(src.slice(src.indexOf(",") + 1));
  return size !== undefined && Math.max(size.width, size.height) <= mostPixels;
}

/**
 * The picture of a server as a data: URL, if it has one that may be shown: of its registration, else of what it says of
 * itself over MCP (`icons`).
 */
export function pictureOf({
  icons = [],
  serverInfo,
}: Pick<ServerSummary, "icons"> & Pick<ServerDetail, "serverInfo">): string | undefined {
  const said = Array.isArray(serverInfo?.icons) ? serverInfo.icons.slice(0, 8) : [];
  return [...icons, ...said]
    .map((icon: unknown) => (isRecord(icon) ? icon.src : undefined))
    .find(isSafe);
}
