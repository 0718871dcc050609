import { Link, Outlet } from "@tanstack/react-router";
import { Keyboard, Search } from "lucide-react";
import { useState } from "react";
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

/** What surrounds every page. */
export function Shell() {
  const [opened, setOpened] = useState<"palette" | "help">();
  // A dialog tells late that it closed; another one may be open by then.
  const close = (what: "palette" | "help") => setOpened((now) => (now === what ? undefined : now));
  useKeys(setOpened);
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
            <Button look="quiet" onClick={() => setOpened("palette")} className="max-xl:px-2.5">
              <Search className="size-4" aria-hidden="true" />
              <span className="max-xl:sr-only">Go to…</span>
              <kbd className="hidden rounded-md border border-line px-1.5 font-mono text-xs xl:inline">
                Ctrl K
              </kbd>
            </Button>
            <IconButton
              label="Keyboard shortcuts"
              onClick={() => setOpened("help")}
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
      {opened === "palette" && (
        <DialogPart title="Go to…" onClose={() => close("palette")}>
          <Palette onClose={() => close("palette")} />
        </DialogPart>
      )}
      {opened === "help" && (
        <DialogPart title="Keyboard shortcuts" onClose={() => close("help")}>
          <Help onClose={() => close("help")} />
        </DialogPart>
      )}
      <PhoneBar />
    </div>
  );
}
