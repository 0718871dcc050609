import { X } from "lucide-react";
import { useId } from "react";
import { IconButton } from "./controls.js";
import { useDialog } from "./use-dialog.js";

/** A dialog of the browser's own: it keeps the focus inside, closes with Escape, and gives the focus back. */
export function Modal({
  title,
  onClose,
  children,
  isWide = false,
  closesOutside = true,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
  readonly isWide?: boolean;
  /** Whether a click beside it closes it. Not where that would be an answer. Default: yes. */
  readonly closesOutside?: boolean;
}) {
  const { dialog, outside } = useDialog({ closesOutside });
  const titleId = useId();
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      {...outside}
      className={`m-auto w-[calc(100vw-2rem)] rounded-xl border border-line bg-surface p-0 text-ink shadow-over ${isWide ? "max-w-3xl" : "max-w-lg"}`}
    >
      <div className="flex max-h-[85dvh] flex-col">
        <div className="flex items-center justify-between gap-2 border-b border-line py-2 pr-2 pl-5">
          <h2 id={titleId} className="truncate font-semibold" title={title}>
            {title}
          </h2>
          <IconButton label="Close" className="shrink-0" onClick={() => dialog.current?.close()}>
            <X className="size-4" aria-hidden="true" />
          </IconButton>
        </div>
        <div className="relative overflow-y-auto p-5">{children}</div>
      </div>
    </dialog>
  );
}
