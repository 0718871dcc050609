import { useEffect, useRef } from "react";

/**
 * Opens a dialog of the browser's own when it is drawn, and gives the focus back when it goes, also when
 * whoever drew it takes it away without closing it.
 */
export function useDialog({ closesOutside = true }: { readonly closesOutside?: boolean } = {}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const pressedOutside = useRef(false);
  useEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    if (element?.open === false) element.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return {
    dialog,
    /** For the dialog element: it closes when somebody presses beside it, not when a text was selected out of it. */
    outside: {
      onPointerDown: (event: React.PointerEvent) => {
        pressedOutside.current = event.target === dialog.current;
      },
      onClick: (event: React.MouseEvent) => {
        const isOutside = event.target === dialog.current && pressedOutside.current;
        if (closesOutside && isOutside) dialog.current?.close();
      },
    },
  };
}
