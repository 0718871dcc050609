/**
 * What a page reads of its address, and nothing else: the router hands on what a reader leaves out as it was
 * written, so that a page would meet a value that its reader did not take.
 */
export function only<Search extends object>(
  read: (given: Record<string, unknown>) => Search,
): (given: Record<string, unknown>) => Search {
  return (given) => ({
    ...Object.fromEntries(Object.keys(given).map((key) => [key, undefined])),
    ...read(given),
  });
}
