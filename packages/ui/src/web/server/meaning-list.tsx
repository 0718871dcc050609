import { CircleAlert, CircleCheck, MessageCircleQuestion } from "lucide-react";
import type { Meaning } from "./meaning.js";

export const meaningLooks = {
  breaks: { icon: CircleAlert, tone: "bad", text: "text-bad", word: "callers break" },
  choice: {
    icon: MessageCircleQuestion,
    tone: "warn",
    text: "text-warn",
    word: "models may choose differently",
  },
  fine: { icon: CircleCheck, tone: "good", text: "text-soft", word: "callers go on" },
} as const;

/** What a change means for those who call, the worst first. */
export function MeaningList({ meanings }: { readonly meanings: readonly Meaning[] }) {
  return (
    <ul aria-label="What it means for callers" className="mt-1 grid grid-cols-1 gap-0.5 text-sm">
      {meanings.map(({ level, text }) => {
        const { icon: Icon, text: tone } = meaningLooks[level];
        return (
          <li key={text} data-meaning={level} className={`flex items-start gap-1.5 ${tone}`}>
            <Icon className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
            <span className="min-w-0 break-words">{text}</span>
          </li>
        );
      })}
    </ul>
  );
}
