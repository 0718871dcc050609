/** What lists of a server are about; templates belong to resources. */
export type ListKind = "tools" | "resources" | "prompts";

export const listKinds: readonly ListKind[] = ["tools", "resources", "prompts"];

/** The notification that a resource changed. */
export const resourceUpdated = "notifications/resources/updated";

/** The notification that lists of a kind changed. */
export function listChanged(kind: ListKind): string {
  return `notifications/${kind}/list_changed`;
}

/** The lists that changed, by the method of a notification; undefined for every other one. */
export function changedLists(method: string): ListKind | undefined {
  return listKinds.find((kind) => method === listChanged(kind));
}
