import { CircleAlert } from "lucide-react";
import type { SignInTrouble } from "./sign-in-search.js";

const words: Readonly<
  Record<SignInTrouble, { readonly title: string; readonly why: string; readonly next: string }>
> = {
  unavailable: {
    title: "The sign-in service cannot be used now",
    why: "The hub could not reach it, or the two are not set up for each other.",
    next: "Try again in a moment, or sign in with a token. If it goes on, tell whoever runs the hub: its log says why (sign-in-failed).",
  },
  refused: {
    title: "The sign-in service did not let you in",
    why: "Somebody cancelled, or the service or the hub refused what came back.",
    next: "Try again. If it goes on, ask whoever runs the hub whether your account may use it: its log says why (sign-in-failed).",
  },
  expired: {
    title: "This sign-in is over",
    why: "It took more than ten minutes, was used before, or began in another browser.",
    next: "Begin again here.",
  },
};

/** What went wrong on the way to the issuer or back, and what to do about it. */
export function SignInProblem({ problem }: { readonly problem: SignInTrouble }) {
  const { title, why, next } = words[problem];
  return (
    <div role="alert" className="flex gap-3 rounded-xl bg-warn-soft p-4 text-warn">
      <CircleAlert className="mt-0.5 size-5 shrink-0" aria-hidden="true" />
      <div className="min-w-0 text-sm break-words">
        <p className="font-semibold">{title}</p>
        <p>{why}</p>
        <p className="mt-1">{next}</p>
      </div>
    </div>
  );
}
