/** True when If-None-Match names this tag, strongly or weakly. */
export function isFresh(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return (
    header === etag ||
    header.split(",").some((one) => one.trim().replace(/^W\//, "") === etag || one.trim() === "*")
  );
}
