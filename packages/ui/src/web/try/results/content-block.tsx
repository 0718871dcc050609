import { JsonTree } from "../../parts/json-tree.js";
import { OutLink } from "../../parts/panels.js";
import { isObject, textOf } from "../schema/schema.js";
import { Capped } from "./capped.js";
import { Media } from "./media.js";
import { ResourceContents } from "./resource-contents.js";
import { TextBlock } from "./text-block.js";

/** One block of a result or of a message of a prompt; a kind that is not known is shown as data. */
export function ContentBlock({ block, what }: { readonly block: unknown; readonly what: string }) {
  if (!isObject(block)) return <JsonTree value={block} label={what} />;
  const text = textOf(block.text);
  const data = textOf(block.data);
  const mimeType = textOf(block.mimeType) ?? "";
  switch (block.type) {
    case "text":
      if (text !== undefined) return <TextBlock text={text} what={what} />;
      break;
    case "image":
    case "audio":
      if (data !== undefined)
        return (
          <Media
            kind={block.type}
            data={data}
            mimeType={mimeType}
            name={`${block.type} in ${what}`}
          />
        );
      break;
    case "resource":
      if (isObject(block.resource)) return <ResourceContents contents={block.resource} />;
      break;
    case "resource_link": {
      const uri = textOf(block.uri) ?? "";
      return (
        <div className="rounded-lg border border-line p-3 text-sm">
          <p className="font-medium break-words">
            {textOf(block.title) ?? textOf(block.name) ?? uri}
          </p>
          {textOf(block.description) !== undefined && (
            <p className="break-words text-soft">
              <Capped text={textOf(block.description) ?? ""} most={2_000} />
            </p>
          )}
          <OutLink href={uri} />
        </div>
      );
    }
    default:
  }
  return <JsonTree value={block} label={what} />;
}
