import type { ServerDetail, ServerSummary } from "@hub/api";
import { useState } from "react";
import { pictureOf } from "./server-picture.js";

const tiles = 8;

function tileOf(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9_973;
  return (sum % tiles) + 1;
}

function initials(name: string): string {
  const parts = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const first = [...(parts[0] ?? "?")][0] ?? "?";
  const last = parts.length > 1 ? ([...(parts.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toUpperCase();
}

/** A server's own small picture, or its initials on a colour that is always the same. */
export function ServerIcon({
  server,
  className = "size-10",
}: {
  readonly server: Pick<ServerSummary, "id" | "name" | "icons"> & Pick<ServerDetail, "serverInfo">;
  readonly className?: string;
}) {
  const picture = pictureOf(server);
  const [broken, setBroken] = useState<string>();
  if (picture !== undefined && picture !== broken)
    return (
      <img
        src={picture}
        alt=""
        className={`${className} shrink-0 rounded-lg object-contain`}
        onError={() => setBroken(picture)}
      />
    );
  return (
    <span
      aria-hidden="true"
      style={{ backgroundColor: `var(--tile-${tileOf(server.id)})` }}
      className={`${className} flex shrink-0 items-center justify-center rounded-lg text-sm font-semibold text-on-tile`}
    >
      {initials(server.name)}
    </span>
  );
}
