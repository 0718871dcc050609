export type NextPage = { readonly nextCursor?: string | undefined };

/**
 * Reads all pages of an answer and puts their lists and maps together. What is no list or map is that
 * of the first page. The first is read without a cursor.
 */
export async function allPages<Page extends NextPage>(
  read: (cursor: string | undefined) => Promise<Page>,
): Promise<Page> {
  let page = await read(undefined);
  const whole: Record<string, unknown> = { ...page };
  while (page.nextCursor !== undefined) {
    page = await read(page.nextCursor);
    for (const [name, more] of Object.entries(page)) whole[name] = together(whole[name], more);
  }
  const { nextCursor, ...rest } = whole;
  // It has the members of a page, longer.
  return rest as Page;
}

function together(before: unknown, more: unknown): unknown {
  if (Array.isArray(before) && Array.isArray(more)) return [...before, ...more];
  const areMaps = [before, more].every(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  );
  return areMaps ? { ...(before as object), ...(more as object) } : before;
}
