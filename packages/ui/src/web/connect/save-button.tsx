import { FileDown } from "lucide-react";
import { Button } from "../parts/controls.js";

/** Saves a text as a file, without asking anybody for it again. */
export function SaveButton({ text, file }: { readonly text: string; readonly file: string }) {
  const name = file.slice(file.lastIndexOf("/") + 1);
  const save = () => {
    const url = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Button onClick={save} title={`Save ${name}`}>
      <FileDown className="size-4" aria-hidden="true" />
      Save file
    </Button>
  );
}
