import { CopyButton } from "../parts/controls.js";

/** Where clients connect, in full. */
export function EndpointUrl({ path }: { readonly path: string }) {
  const url = `${location.origin}${path}`;
  return (
    <span className="flex max-w-full min-w-0 items-center gap-1">
      <code className="min-w-0 rounded-md bg-raised px-2 py-1 text-code break-all">{url}</code>
      <CopyButton text={url} what="URL" />
    </span>
  );
}
