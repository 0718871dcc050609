import type { ServerSummary } from "@hub/api";

/** Pictures that are in the registration itself; others would be requests to hosts a stranger chose. */
const embedded = /^data:image\/(png|jpeg|webp|gif|svg\+xml)[;,]/i;
const hues = 12;

function hueOf(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9_973;
  return sum % hues;
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
  readonly server: Pick<ServerSummary, "id" | "name" | "icons">;
  readonly className?: string;
}) {
  const own = server.icons?.find(({ src }) => embedded.test(src));
  if (own !== undefined)
    return (
      <img src={own.src} alt="" className={`${className} shrink-0 rounded-lg object-contain`} />
    );
  return (
    <span
      aria-hidden="true"
      style={{ backgroundColor: `hsl(${(hueOf(server.id) * 360) / hues} 45% 36%)` }}
      className={`${className} flex shrink-0 items-center justify-center rounded-lg text-sm font-semibold text-white`}
    >
      {initials(server.name)}
    </span>
  );
}
