import { useMemo } from 'react';
import { Badge } from '@/components/ui/badge';
import { JsonView } from '@/features/interactions/json-view';
import { jsonIn, readToolResult, type ResultPart } from '@/features/tool-inspector/tool-result';
import { formatBytes } from '@/lib/format';

/** The answer of a tool as a person reads it; anything else as folding JSON. */
export function ResultView({ result }: { result: unknown }) {
  const tool = useMemo(() => readToolResult(result), [result]);
  if (tool === null) return <JsonView value={result} />;
  return (
    <div className="flex flex-col gap-3">
      {tool.isError ? (
        <Badge tone="bad" className="self-start">
          the tool reports an error
        </Badge>
      ) : null}
      {tool.parts.length === 0 ? <p className="text-sm text-text-3">The answer is empty.</p> : null}
      {tool.parts.map((part, index) => (
        <Part key={index} part={part} />
      ))}
      {tool.structured === undefined ? null : (
        <section aria-label="Structured answer">
          <h4 className="mb-1 text-xs font-medium text-text-3">Structured</h4>
          <JsonView value={tool.structured} />
        </section>
      )}
    </div>
  );
}

function Part({ part }: { part: ResultPart }) {
  switch (part.kind) {
    case 'text':
      return <TextPart text={part.text} />;
    case 'image':
      // Only pictures that cannot carry a script; the rest is named.
      return /^image\/(png|jpeg|gif|webp)$/.test(part.mimeType) ? (
        <img
          src={`data:${part.mimeType};base64,${part.data}`}
          alt="In the answer"
          className="max-h-96 max-w-full self-start rounded-md border border-line"
        />
      ) : (
        <p className="rounded-md border border-line px-3 py-2 text-sm text-text-2">
          {part.mimeType}, {formatBytes(Math.round(part.data.length * 0.75))}
        </p>
      );
    case 'link':
      return (
        <p className="font-mono text-xs break-all">
          {part.name ? <span className="font-sans">{part.name}: </span> : null}
          {part.uri}
        </p>
      );
    case 'other':
      return <JsonView value={part.value} />;
  }
}

const LONG = 20_000;

function TextPart({ text }: { text: string }) {
  const json = useMemo(() => jsonIn(text), [text]);
  if (json !== undefined) return <JsonView value={json} />;
  return (
    <pre
      tabIndex={0}
      aria-label="Text"
      className="max-h-[32rem] overflow-auto font-mono text-xs leading-5 break-words whitespace-pre-wrap"
    >
      {text.slice(0, LONG)}
      {text.length > LONG ? `\n… ${formatBytes(text.length - LONG)} more` : ''}
    </pre>
  );
}
