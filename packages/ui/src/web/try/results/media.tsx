import { Download } from "lucide-react";
import { Button } from "../../parts/controls.js";

const base64 = /^[A-Za-z0-9+/\r\n]*={0,2}\s*$/;
const mostShown = 20 * 1024 * 1024;

/** A data: URI for a picture or a sound; undefined for anything else, which is never handed to the browser. */
export function mediaUrl(
  kind: "image" | "audio",
  mimeType: string,
  data: string,
): string | undefined {
  const isOfKind = new RegExp(`^${kind}/[a-z0-9.+-]{1,60}$`, "i").test(mimeType);
  return isOfKind && data.length <= mostShown && base64.test(data)
    ? `data:${mimeType};base64,${data}`
    : undefined;
}

/** A picture or a sound; what is neither can be saved. */
export function Media({
  kind,
  mimeType,
  data,
  name,
}: {
  readonly kind: "image" | "audio";
  readonly mimeType: string;
  readonly data: string;
  readonly name: string;
}) {
  const url = mediaUrl(kind, mimeType, data);
  if (url === undefined) return <SaveBlob data={data} mimeType={mimeType} name={name} />;
  return (
    <figure className="grid grid-cols-1 justify-items-start gap-1.5">
      {kind === "image" ? (
        <img
          src={url}
          alt={`${name}, ${mimeType}`}
          className="max-h-[60dvh] min-h-8 min-w-8 max-w-full rounded-lg border border-line object-contain"
        />
      ) : (
        // biome-ignore lint/a11y/useMediaCaption: a server sends no captions with its sounds
        <audio controls src={url} aria-label={`${name}, ${mimeType}`} className="w-full max-w-md" />
      )}
      <figcaption className="text-xs text-soft">
        {mimeType}, {sizeText(data)}
      </figcaption>
    </figure>
  );
}

const sizeText = (data: string) => {
  const bytes = Math.floor((data.length * 3) / 4);
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KB`;
};

/** A file name that says nothing about folders. */
const fileName = (name: string) => name.replace(/[^\w.-]+/g, "_").slice(-80) || "file";

export function SaveBlob({
  data,
  mimeType,
  name,
}: {
  readonly data: string;
  readonly mimeType: string;
  readonly name: string;
}) {
  const isReadable = base64.test(data);
  const save = () => {
    const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
    // Whatever the server calls it, the browser shall save it, not open it.
    const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = fileName(name);
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return (
    <div className="flex flex-wrap items-center gap-3 text-sm">
      <Button onClick={save} disabled={!isReadable}>
        <Download className="size-4" aria-hidden="true" />
        Save file
      </Button>
      <span className="min-w-0 break-all text-soft">
        {mimeType === "" ? "unknown type" : mimeType}, {sizeText(data)}
        {isReadable ? "" : "; it is not base64, as it should be"}
      </span>
    </div>
  );
}
