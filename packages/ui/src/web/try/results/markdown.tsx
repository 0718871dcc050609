import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { OutLink } from "../../parts/panels.js";
import { ScrollArea } from "../../parts/scroll-area.js";

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
    <pre className="rounded-md border border-line bg-surface p-2 font-mono text-xs whitespace-pre-wrap">
      {children}
    </pre>
  ),
  table: ({ children }) => (
    <ScrollArea label="Table" className="overflow-x-auto">
      <table className="text-left text-sm">{children}</table>
    </ScrollArea>
  ),
  th: ({ children }) => (
    <th scope="col" className="border-b border-line-strong px-2 py-1 font-semibold">
      {children}
    </th>
  ),
  td: ({ children }) => <td className="border-b border-line px-2 py-1 align-top">{children}</td>,
  code: ({ children }) => <code className="font-mono text-code">{children}</code>,
};

/** Tables above all. */
const plugins = [remarkGfm];

export default function Markdown({ text }: { readonly text: string }) {
  return (
    <div data-testid="markdown" className="grid grid-cols-1 gap-2 text-sm break-words">
      <ReactMarkdown components={components} remarkPlugins={plugins}>
        {text}
      </ReactMarkdown>
    </div>
  );
}
