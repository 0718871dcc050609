import { Link, Outlet } from "@tanstack/react-router";
import { Keyboard, Search } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Account } from "../access/account.js";
import { SignedIn } from "../access/signed-in.js";
import { Button, IconButton } from "../parts/controls.js";
import { useKeys } from "./keys.js";
import { LiveStrip } from "./live-strip.js";
import { pages } from "./pages.js";
import { ThemeButton } from "./theme-button.js";

const Palette = lazy(async () => ({ default: (await import("../palette/palette.js")).Palette }));
const Help = lazy(async () => ({ default: (await import("./help.js")).Help }));

/** What surrounds every page. */
export function Shell() {
  const [opened, setOpened] = useState<"palette" | "help">();
  // A dialog tells late that it closed; another one may be open by then.
  const close = (what: "palette" | "help") => setOpened((now) => (now === what ? undefined : now));
  useKeys(setOpened);
  return (
    <div className="min-h-dvh pb-16 md:pb-0">
      <a
        href="#main"
        className="absolute -top-20 left-4 z-30 rounded-b-lg bg-accent-solid px-3 py-2 text-on-accent focus:top-0"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-20 border-b border-line bg-surface">
        <div className="mx-auto flex h-14 max-w-[90rem] items-center gap-4 px-4 sm:px-6">
          <Link
            to="/"
            className="flex items-center gap-2 text-lg whitespace-nowrap font-semibold tracking-tight"
          >
            <img src="/ui/icon.svg" alt="" className="size-7" />
            MCP Hub
          </Link>
          <nav aria-label="Pages" className="hidden md:flex lg:gap-1">
            {pages.map(({ to, label }) => (
              <Link
                key={to}
                to={to}
                activeOptions={{ exact: to === "/", includeSearch: false }}
                className="rounded-lg px-2.5 py-1.5 text-sm font-medium text-soft hover:bg-raised hover:text-ink data-[status=active]:bg-accent-soft data-[status=active]:text-accent"
              >
                {label}
              </Link>
            ))}
          </nav>
          <div className="ml-auto flex items-center gap-1">
            <Button look="quiet" onClick={() => setOpened("palette")} className="max-lg:px-2.5">
              <Search className="size-4" aria-hidden="true" />
              <span className="max-lg:sr-only">Go to…</span>
              <kbd className="hidden rounded border border-line px-1.5 font-mono text-xs lg:inline">
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
            <Account />
            <ThemeButton />
          </div>
        </div>
        <LiveStrip />
      </header>
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto max-w-[90rem] px-4 py-6 outline-none sm:px-6"
      >
        <SignedIn>
          <Outlet />
        </SignedIn>
      </main>
      <Suspense>
        {opened === "palette" && <Palette onClose={() => close("palette")} />}
        {opened === "help" && <Help onClose={() => close("help")} />}
      </Suspense>
      <nav
        aria-label="Pages"
        className="fixed inset-x-0 bottom-0 z-20 grid grid-cols-6 border-t border-line bg-surface md:hidden"
      >
        {pages.map(({ to, label, icon: Icon }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: to === "/", includeSearch: false }}
            className="flex min-h-14 flex-col items-center justify-center gap-0.5 text-[0.6875rem] tracking-tight text-soft data-[status=active]:text-accent"
          >
            <Icon className="size-5" aria-hidden="true" />
            {label}
          </Link>
        ))}
      </nav>
    </div>
  );
}
