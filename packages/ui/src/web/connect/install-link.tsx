import type { ClientConfig } from "@hub/api";
import { Download } from "lucide-react";
import { buttonClass } from "../parts/controls.js";
import { ScrollArea } from "../parts/scroll-area.js";

/** The programs that a link may open, and what it may ask of them. Anything else is no link. */
const openable = [
  /^vscode:mcp\/install\?/,
  /^vscode-insiders:mcp\/install\?/,
  /^cursor:\/\/anysphere\.cursor-deeplink\/mcp\/install\?/,
];

/** A link that opens an editor, which then asks whether to add the server. */
function InstallLink({ label, href }: { readonly label: string; readonly href: string }) {
  if (!openable.some((form) => form.test(href))) return null;
  return (
    <a href={href} className={buttonClass("plain", "max-w-full")}>
      <Download className="size-4 shrink-0" aria-hidden="true" />
      <span className="truncate">{label}</span>
    </a>
  );
}

const mostAtOnce = 8;

/** All of them; many scroll in a place of their own. */
export function InstallLinks({ links }: { readonly links: ClientConfig["installLinks"] }) {
  if (links.length === 0) return null;
  const all = (
    <div className="flex flex-wrap gap-2">
      {links.map((link) => (
        <InstallLink key={link.href} {...link} />
      ))}
    </div>
  );
  if (links.length <= mostAtOnce) return all;
  return (
    <ScrollArea
      label="Install links"
      className="max-h-48 overflow-y-auto rounded-lg border border-line p-2"
    >
      {all}
    </ScrollArea>
  );
}
