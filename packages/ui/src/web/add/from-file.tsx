import { Upload } from "lucide-react";
import { useMemo, useState } from "react";
import { inputClass } from "../parts/controls.js";
import { Field } from "../parts/field.js";
import { useDebounced } from "../parts/use-debounced.js";
import { type Pasted, readPasted } from "./pasted.js";
import { PastedServers } from "./pasted-servers.js";

type Given = { readonly text: string; readonly file: string };

/** The servers in the file of an MCP client, pasted or dropped. What stands there stays in this page until it is added. */
export function FromFile() {
  const [given, setGiven] = useState<Given>({ text: "", file: "" });
  const [isOver, setOver] = useState(false);
  const settled = useDebounced(given);
  const read = useMemo(() => readGiven(settled), [settled]);
  const take = async (file: File | undefined) => {
    if (file !== undefined) setGiven({ text: await file.text(), file: file.name });
  };
  return (
    <div className="grid max-w-3xl grid-cols-1 gap-4">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: files are dropped here; the field and the button inside do the same for keys */}
      <div
        data-testid="drop"
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take(event.dataTransfer.files[0]);
        }}
        className={`rounded-xl border-2 border-dashed p-4 ${isOver ? "border-accent bg-accent-soft" : "border-line-strong"}`}
      >
        <Field
          label="Paste the file, or drop it here"
          hint="mcp.json, claude_desktop_config.json, settings.json, config.toml of Codex …: Claude, Cursor, VS Code, Windsurf, Gemini CLI, Codex, Zed, opencode and others. A part of it will do."
          problem={"problem" in read ? `${read.problem}.` : undefined}
        >
          {(ids) => (
            <textarea
              {...ids}
              rows={given.text === "" ? 7 : 4}
              spellCheck={false}
              autoComplete="off"
              placeholder={'{\n  "mcpServers": {\n    "github": { "url": "https://…" }\n  }\n}'}
              value={given.text}
              onChange={(event) => setGiven({ text: event.target.value, file: "" })}
              className={`${inputClass} font-mono`}
            />
          )}
        </Field>
        <label className="mt-3 inline-flex min-h-9 cursor-pointer items-center gap-2 rounded-lg border border-line bg-surface px-3 text-sm font-medium hover:bg-raised has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent">
          <Upload className="size-4" aria-hidden="true" />
          {given.file === "" ? "Choose a file" : given.file}
          <input
            type="file"
            className="sr-only"
            accept=".json,.jsonc,.toml"
            onChange={(event) => void take(event.target.files?.[0])}
          />
        </label>
      </div>
      {"pasted" in read && <PastedServers key={settled.text} pasted={read.pasted} />}
    </div>
  );
}

function readGiven({ text, file }: Given): { pasted: Pasted } | { problem: string } | object {
  if (text.trim() === "") return {};
  try {
    return { pasted: readPasted(text, file, window.location.origin) };
  } catch (error) {
    return { problem: (error as Error).message }; // of the reader
  }
}
