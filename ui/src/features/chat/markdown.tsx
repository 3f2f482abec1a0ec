import { ExternalLink, ImageIcon } from 'lucide-react';
import { memo, type ReactNode, useMemo } from 'react';
import ReactMarkdown, { type Components, type ExtraProps } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { CodeBlock } from '@/components/ui/code-block';
import { blocksOf } from '@/features/chat/blocks';
import { cn } from '@/lib/class-names';

const PLUGINS = [remarkGfm];

/** An answer as its author meant it. HTML in it stays text, and nothing in it is loaded from elsewhere. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return (
    <div className="flex min-w-0 flex-col gap-3 text-base leading-[1.55rem] break-words">
      {blocks.map((block, index) => (
        <Block key={index} text={block} />
      ))}
    </div>
  );
});

const Block = memo(function Block({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS}>
      {text}
    </ReactMarkdown>
  );
});

const COMPONENTS: Components = {
  // A message has the second level of headings; those inside of it follow.
  h1: ({ children }) => <Heading className="text-lg">{children}</Heading>,
  h2: ({ children }) => <Heading className="text-lg">{children}</Heading>,
  h3: ({ children }) => <Heading>{children}</Heading>,
  h4: ({ children }) => <Heading>{children}</Heading>,
  h5: ({ children }) => <Heading>{children}</Heading>,
  h6: ({ children }) => <Heading>{children}</Heading>,
  a: ({ href, children }) => <OutsideLink href={href}>{children}</OutsideLink>,
  // Loading a picture from an address in an answer would tell that address what was said.
  img: ({ src, alt }) =>
    typeof src === 'string' && src !== '' ? (
      <OutsideLink href={src}>
        <ImageIcon className="mr-1 inline size-3.5 align-[-2px]" aria-hidden />
        {alt === undefined || alt === '' ? 'Picture' : alt}
      </OutsideLink>
    ) : null,
  ul: ({ children }) => <ul className="flex list-disc flex-col gap-1 pl-5 marker:text-text-3">{children}</ul>,
  ol: ({ children, start }) => (
    <ol start={start} className="flex list-decimal flex-col gap-1 pl-6 marker:text-text-3">
      {children}
    </ol>
  ),
  li: ({ children }) => <li className="pl-0.5 [&>ol]:mt-1 [&>p+p]:mt-2 [&>ul]:mt-1">{children}</li>,
  input: ({ checked }) => (
    <input
      type="checkbox"
      checked={checked ?? false}
      readOnly
      disabled
      aria-label={checked ? 'Done' : 'To do'}
      className="mr-1.5"
    />
  ),
  blockquote: ({ children }) => (
    <blockquote className="flex flex-col gap-2 border-l-2 border-line-strong pl-3 text-text-2">{children}</blockquote>
  ),
  hr: () => <hr className="border-line" />,
  pre: ({ node }) => <Fence node={node} />,
  code: ({ children }) => (
    <code className="rounded bg-surface-3 px-1 py-0.5 font-mono text-[0.85em] break-words">{children}</code>
  ),
  table: ({ children }) => (
    <div
      tabIndex={0}
      role="group"
      aria-label="Table"
      className="overflow-x-auto rounded-lg border border-line focus-visible:outline-offset-[-2px]"
    >
      <table className="w-full border-collapse text-sm">{children}</table>
    </div>
  ),
  th: ({ children, style }) => (
    <th scope="col" style={style} className="border-b border-line bg-surface-2 px-3 py-1.5 text-left font-medium">
      {children}
    </th>
  ),
  td: ({ children, style }) => (
    <td style={style} className="border-t border-line px-3 py-1.5 align-top">
      {children}
    </td>
  ),
};

function Heading({ className, children }: { className?: string; children: ReactNode }) {
  return <h3 className={cn('mt-1 text-base font-semibold first:mt-0', className)}>{children}</h3>;
}

function OutsideLink({ href, children }: { href: string | undefined; children: ReactNode }) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noreferrer noopener"
      className="text-accent-text underline underline-offset-3 hover:decoration-2"
    >
      {children}
      <ExternalLink className="ml-0.5 inline size-3 align-[-1px]" aria-hidden />
      <span className="sr-only"> (opens in a new tab)</span>
    </a>
  );
}

function Fence({ node }: ExtraProps) {
  const code = node?.children[0];
  if (code?.type !== 'element') return null;
  const classes = code.properties['className'];
  const language = Array.isArray(classes)
    ? classes.map(String).find((name) => name.startsWith('language-'))
    : undefined;
  const text = code.children.map((child) => (child.type === 'text' ? child.value : '')).join('');
  return <CodeBlock code={text.replace(/\n$/, '')} label="code" caption={language?.slice(9) ?? 'text'} />;
}
