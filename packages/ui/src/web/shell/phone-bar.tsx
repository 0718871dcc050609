import { Link } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { Modal } from "../parts/modal.js";
import { furtherOnPhones, onPhones } from "./pages.js";

const look =
  "flex min-h-14 flex-col items-center justify-center gap-0.5 text-xs text-soft data-[status=active]:text-accent";

/** The pages, where a thumb reaches them. */
export function PhoneBar() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <nav
        aria-label="Pages"
        className="fixed inset-x-0 bottom-0 z-20 grid grid-cols-5 border-t border-line bg-surface md:hidden"
      >
        {onPhones.map(({ to, label, icon: Icon }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: to === "/", includeSearch: false }}
            className={look}
          >
            <Icon className="size-5" aria-hidden="true" />
            {label}
          </Link>
        ))}
        <button type="button" aria-haspopup="dialog" className={look} onClick={() => setOpen(true)}>
          <Ellipsis className="size-5" aria-hidden="true" />
          More
        </button>
      </nav>
      {isOpen && (
        <Modal title="More pages" onClose={() => setOpen(false)}>
          <ul className="grid gap-1">
            {furtherOnPhones.map(({ to, label, icon: Icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  onClick={() => setOpen(false)}
                  className="flex min-h-11 items-center gap-3 rounded-lg px-3 font-medium hover:bg-raised data-[status=active]:text-accent"
                >
                  <Icon className="size-5 text-soft" aria-hidden="true" />
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </Modal>
      )}
    </>
  );
}
