import type { ServerDetail } from "@hub/api";
import type { EditInput, RegistrationInput } from "@hub/client";

/** The edit that takes another one back: each field is again what it was, or what the server itself says. */
export function takingBack({ edits = {} }: Pick<ServerDetail, "edits">, change: EditInput) {
  const back = Object.keys(change).map((field) => {
    // The fields of an edit are those of the edits that it makes.
    const before = edits[field as keyof typeof edits];
    if (field !== "toolTimeoutsMs") return [field, before ?? null];
    const was = edits.toolTimeoutsMs ?? {};
    const tools = Object.keys({ ...was, ...change.toolTimeoutsMs });
    return [field, Object.fromEntries(tools.map((tool) => [tool, was[tool] ?? null]))];
  });
  return Object.fromEntries(back) as EditInput; // field by field what the hub said
}

/** What brings a removed server back: its registration without a lease, and what somebody said of it. */
export type Restoration = {
  readonly registration: RegistrationInput;
  /** Undefined: nobody said anything. */
  readonly edits: EditInput | undefined;
};

/** How to bring a server back once it is removed. What it said of itself, not what stands in place of that. */
export function restorationOf(server: ServerDetail): Restoration {
  const { name, transport, endpoint, version, repository, websiteUrl, icons, metadata } = server;
  const own = (field: "title" | "description" | "tags" | "owner") =>
    server.edits?.[field] === undefined ? server[field] : server.registered?.[field];
  const said = {
    ...{ title: own("title"), description: own("description"), owner: own("owner") },
    ...{ tags: own("tags"), version, repository, websiteUrl, icons, metadata },
  };
  const known = Object.entries(said).filter(([, value]) => value !== undefined);
  const { edits } = server;
  const isEdited = edits !== undefined && Object.keys(edits).length > 0;
  return {
    registration: { name, transport, endpoint, ...Object.fromEntries(known) },
    // It is what an edit may say, without null.
    edits: isEdited ? (edits as EditInput) : undefined,
  };
}
