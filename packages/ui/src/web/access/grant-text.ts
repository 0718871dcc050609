import type { WhoAmI } from "@hub/api";

type Grant = WhoAmI["grants"][number];

const verbs: Readonly<Record<Grant["action"], string>> = {
  read: "see",
  register: "register",
  call: "call",
  admin: "administer",
};

/** A grant as people read it: `call list_* of payments-*`. */
export function grantText({ action, servers, tags, tools }: Grant): string {
  const whose = [
    ...(servers === undefined ? [] : [servers.join(", ")]),
    ...(tags === undefined ? [] : [`servers tagged ${tags.join(", ")}`]),
  ].join(" among ");
  const what = tools === undefined ? undefined : tools.join(", ");
  const all = action === "admin" ? "the whole hub" : "all servers";
  if (what !== undefined) return `${verbs[action]} ${what} of ${whose === "" ? all : whose}`;
  return `${verbs[action]} ${whose === "" ? all : whose}`;
}
