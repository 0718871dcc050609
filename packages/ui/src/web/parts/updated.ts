const entry = () =>
  document.querySelector<HTMLScriptElement>('script[type="module"][src]')?.getAttribute("src");

/**
 * Whether the hub gives out another page than this one by now; undefined when it does not answer. A page's script is
 * named after what is in it.
 */
export async function wasUpdated(): Promise<boolean | undefined> {
  const own = entry();
  try {
    const answer = await fetch("/", { cache: "no-store", headers: { accept: "text/html" } });
    if (!answer.ok) return undefined;
    return own != null && !(await answer.text()).includes(own);
  } catch {
    return undefined;
  }
}

const key = "mcp-hub:loaded-anew";
const restMs = 60_000;

/**
 * Whether this tab may be loaded anew by itself: once a minute. Of two hubs of different versions behind one address
 * each may give the page of the one and the parts of the other.
 */
export function mayLoadAnew(): boolean {
  try {
    const before = Number(sessionStorage.getItem(key) ?? Number.NEGATIVE_INFINITY);
    if (Date.now() - before < restMs) return false;
    sessionStorage.setItem(key, String(Date.now()));
    return true;
  } catch {
    // A browser that remembers nothing would go on for ever.
    return false;
  }
}
