type Asked = { readonly method?: string | undefined; readonly target: string };

function pathOf({ target }: Asked): string {
  const mark = target.indexOf("?");
  return mark === -1 ? target : target.slice(0, mark);
}

/** A registration may have to wait until the hub has looked for whoever has the name. */
export function isRegistration(asked: Asked): boolean {
  return asked.method === "POST" && pathOf(asked) === "/register";
}

/** What keeps servers listed, and operators informed: it is answered whatever others do, and at once. */
export function isControl(asked: Asked): boolean {
  const { method } = asked;
  const path = pathOf(asked);
  if (path === "/healthz" || path === "/readyz") return true;
  // A log keeps nobody listed.
  if (path.endsWith("/log")) return false;
  return path.startsWith("/leases/") && (method === "PUT" || method === "DELETE");
}
