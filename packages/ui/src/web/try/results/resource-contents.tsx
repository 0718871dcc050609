import { type JsonObject, textOf } from "../schema/schema.js";
import { Media, mediaUrl, SaveBlob } from "./media.js";
import { TextBlock } from "./text-block.js";

/** The contents of a resource, read or inside a result. */
export function ResourceContents({ contents }: { readonly contents: JsonObject }) {
  const uri = textOf(contents.uri) ?? "";
  const mimeType = textOf(contents.mimeType) ?? "";
  const text = textOf(contents.text);
  const blob = textOf(contents.blob);
  const name = uri.split(/[/:]/).at(-1) ?? "";
  const kind = (["image", "audio"] as const).find(
    (one) => blob !== undefined && mediaUrl(one, mimeType, blob) !== undefined,
  );
  return (
    <div className="grid grid-cols-1 gap-1.5">
      <p className="text-xs break-all text-soft">
        <code className="font-mono">{uri}</code>
        {mimeType !== "" && ` ${mimeType}`}
      </p>
      {text !== undefined && <TextBlock text={text} what={`contents of ${uri}`} />}
      {blob !== undefined &&
        (kind === undefined ? (
          <SaveBlob data={blob} mimeType={mimeType} name={name} />
        ) : (
          <Media kind={kind} data={blob} mimeType={mimeType} name={name} />
        ))}
    </div>
  );
}
