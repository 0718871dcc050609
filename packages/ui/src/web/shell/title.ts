import { useEffect } from "react";

let shown = "MCP Hub";
let trouble = 0;

function write(): void {
  document.title = trouble === 0 ? shown : `(${trouble}) ${shown}`;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = trouble === 0 ? "/ui/icon.svg" : "/ui/icon-trouble.svg";
  if (icon !== null && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}

/** Shows in the browser's tab how many servers are in trouble. */
export function showTrouble(servers: number): void {
  trouble = servers;
  write();
}

/** Names the page in the browser's tab and history. */
export function useTitle(title: string): void {
  useEffect(() => {
    shown = `${title} · MCP Hub`;
    write();
  }, [title]);
}
