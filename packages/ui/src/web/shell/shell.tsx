import { Link, Outlet } from "@tanstack/react-router";
import { Keyboard, Search } from "lucide-react";
import { useCallback, useState } from "react";
import { Account } from "../access/account.js";
import { SignedIn } from "../access/signed-in.js";
import { AlertsButton } from "../alerts/alerts-button.js";
import { Button, IconButton } from "../parts/controls.js";
import { DialogPart } from "../parts/dialog-part.js";
import { lazyPart } from "../parts/lazy-part.js";
import { ToastList } from "../toasts/toast-list.js";
import { Foot } from "./foot.js";
import { useKeys } from "./keys.js";
import { LiveStrip } from "./live-strip.js";
import { pages } from "./pages.js";
import { PhoneBar } from "./phone-bar.js";
import { ThemeButton } from "./theme-button.js";
import { useVisits } from "./use-visits.js";

const Palette = lazyPart(async () => (await import("../palette/palette.js")).Palette);
const Help = lazyPart(async () => (await import("./help.js")).Help);

/** A dialog of the shell. `turn` tells it from one that was opened before the other was told to have closed. */
type Opened = { readonly what: "palette" | "help"; readonly turn: number };

/** What surrounds every page. */
export function Shell() {
  const [opened, setOpened] = useState<Opened>();
  const open = useCallback((what: Opened["what"]) => {
    const isShown = document.querySelector("dialog[open]") !== null;
    setOpened((now) =>
      now?.what === what && isShown ? now : { what, turn: (now?.turn ?? 0) + 1 },
    );
  }, []);
  // A dialog tells late that it closed; the next one may be open by then.
  const close = () => setOpened((now) => (now === opened ? undefined : now));
  useKeys(open);
  useVisits();
  return (
    <div className="flex min-h-dvh flex-col pb-16 md:pb-0">
      <a
        href="#main"
        className="absolute -top-20 left-4 z-30 rounded-b-lg bg-accent-solid px-3 py-2 text-on-accent focus:top-0"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-20 border-b border-line bg-surface">
        <div className="mx-auto flex h-14 max-w-page items-center gap-3 lg:gap-4 px-4 sm:px-6">
          <Link
            to="/"
            aria-label="MCP Hub"
            className="flex shrink-0 items-center gap-2 text-base whitespace-nowrap font-semibold tracking-tight"
          >
            <img src="/ui/icon.svg" alt="" className="size-7" />
            <span className="md:max-lg:hidden">MCP Hub</span>
          </Link>
          <nav aria-label="Pages" className="hidden md:flex xl:gap-1">
            {pages.map(({ to, label }) => (
              <Link
                key={to}
                to={to}
                activeOptions={{ exact: to === "/", includeSearch: false }}
                className="rounded-lg px-2 py-1.5 text-sm font-medium text-soft hover:bg-raised hover:text-ink lg:px-2.5 data-[status=active]:bg-accent-soft data-[status=active]:text-accent"
              >
                {label}
              </Link>
            ))}
          </nav>
          <div className="ml-auto flex items-center gap-1">
            <Button look="quiet" onClick={() => open("palette")} className="max-xl:px-2.5">
              <Search className="size-4" aria-hidden="true" />
              <span className="max-xl:sr-only">Go to…</span>
              <kbd className="hidden rounded-md border border-line px-1.5 font-mono text-xs xl:inline">
                Ctrl K
              </kbd>
            </Button>
            <IconButton
              label="Keyboard shortcuts"
              onClick={() => open("help")}
              className="max-lg:hidden"
            >
              <Keyboard className="size-4" aria-hidden="true" />
            </IconButton>
            <AlertsButton />
            <Account />
            <ThemeButton />
          </div>
        </div>
        <LiveStrip />
      </header>
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto w-full max-w-page flex-1 px-4 py-6 outline-none sm:px-6"
      >
        <SignedIn>
          <Outlet />
        </SignedIn>
      </main>
      <ToastList />
      <Foot />
      {opened?.what === "palette" && (
        <DialogPart key={opened.turn} title="Go to…" onClose={close}>
          <Palette onClose={close} />
        </DialogPart>
      )}
      {opened?.what === "help" && (
        <DialogPart key={opened.turn} title="Keyboard shortcuts" onClose={close}>
          <Help onClose={close} />
        </DialogPart>
      )}
      <PhoneBar />
    </div>
  );
}
