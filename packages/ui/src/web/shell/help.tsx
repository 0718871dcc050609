import { Modal } from "../parts/modal.js";
import { OutLink } from "../parts/panels.js";
import { keys } from "./keys.js";

/** The keys that work everywhere, and where to read on. */
export function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Modal title="Keyboard shortcuts" onClose={onClose}>
      <dl className="grid grid-cols-[max-content_1fr] items-center gap-x-6 gap-y-2">
        {keys.map(([pressed, does]) => (
          <div key={does} className="contents">
            <dt className="flex gap-1">
              {pressed.map((key) => (
                <kbd
                  key={key}
                  className="min-w-7 rounded-md border border-line-strong bg-raised px-1.5 py-0.5 text-center font-mono text-xs"
                >
                  {key}
                </kbd>
              ))}
            </dt>
            <dd className="text-sm">{does}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-5 border-t border-line pt-4 text-sm text-soft">
        This page uses only the hub's <OutLink href={`${window.location.origin}/docs`}>API</OutLink>
        .
      </p>
    </Modal>
  );
}
