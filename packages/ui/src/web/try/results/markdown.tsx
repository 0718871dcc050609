import ReactMarkdown, { type Components } from "react-markdown";
import { OutLink } from "../../parts/panels.js";

/** HTML in it stays text, images are not loaded, and headings do not mix with those of the page. */
const components: Components = {
  a: ({ href, children }) => <OutLink href={href ?? ""}>{children}</OutLink>,
  img: ({ src, alt }) => (
    <span>
      [image: {alt === undefined || alt === "" ? "without description" : alt}{" "}
      <OutLink href={src ?? ""} />]
    </span>
  ),
  h1: ({ children }) => <p className="text-lg font-semibold">{children}</p>,
  h2: ({ children }) => <p className="text-base font-semibold">{children}</p>,
  h3: ({ children }) => <p className="font-semibold">{children}</p>,
  h4: ({ children }) => <p className="font-semibold">{children}</p>,
  h5: ({ children }) => <p className="font-semibold">{children}</p>,
  h6: ({ children }) => <p className="font-semibold">{children}</p>,
  ul: ({ children }) => <ul className="list-disc pl-5">{children}</ul>,
  ol: ({ children, start }) => (
    <ol start={start} className="list-decimal pl-5">
      {children}
    </ol>
  ),
  blockquote: ({ children }) => (
    <blockquote className="border-l-2 border-line-strong pl-3 text-soft">{children}</blockquote>
  ),
  pre: ({ children }) => (
    <pre className="rounded border border-line bg-surface p-2 font-mono text-xs whitespace-pre-wrap">
      {children}
    </pre>
  ),
  code: ({ children }) => <code className="font-mono text-[0.8125rem]">{children}</code>,
};

export default function Markdown({ text }: { readonly text: string }) {
  return (
    <div data-testid="markdown" className="grid grid-cols-1 gap-2 text-sm break-words">
      <ReactMarkdown components={components}>{text}</ReactMarkdown>
    </div>
  );
}
