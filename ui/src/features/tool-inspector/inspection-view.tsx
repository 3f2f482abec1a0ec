import { ArrowDownLeft, ArrowUpRight } from 'lucide-react';
import { useState } from 'react';
import type { Inspection, WireMessage } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { Card } from '@/components/ui/card';
import { CopyButton } from '@/components/ui/copy-button';
import { Notice } from '@/components/ui/notice';
import { Segmented } from '@/components/ui/segmented';
import { causeOf } from '@/components/ui/states';
import { JsonView } from '@/features/interactions/json-view';
import type { useInspect } from '@/features/mcp-servers/queries';
import { ResultView } from '@/features/tool-inspector/result-view';
import { formatDuration, pluralize } from '@/lib/format';

/** The answer, or the messages as they went over the wire. */
export function InspectionView({ inspect }: { inspect: ReturnType<typeof useInspect> }) {
  if (inspect.isError) {
    return (
      <Notice tone="error" role="alert">
        {causeOf(inspect.error)}
      </Notice>
    );
  }
  if (inspect.data === undefined) return null;
  return <Answer inspection={inspect.data} />;
}

function Answer({ inspection }: { inspection: Inspection }) {
  const [view, setView] = useState<'answer' | 'messages'>('answer');
  return (
    <Card aria-label="Answer">
      <div className="flex flex-wrap items-center gap-3 px-4 py-2.5" role="status">
        <Badge tone={inspection.error ? 'bad' : 'ok'}>{inspection.error ? 'Error' : 'Answered'}</Badge>
        <span className="text-xs text-text-3 tnum">in {formatDuration(inspection.durationMs)}</span>
        <span className="flex-1" />
        <CopyButton
          text={JSON.stringify(
            view === 'answer' ? (inspection.result ?? inspection.error) : inspection.messages,
            null,
            2,
          )}
          label="Copy as JSON"
        />
        <Segmented
          label="Show"
          value={view}
          onValueChange={setView}
          options={[
            { value: 'answer', label: 'Answer' },
            { value: 'messages', label: pluralize(inspection.messages.length, 'raw message') },
          ]}
        />
      </div>
      <div className="border-t border-line px-4 py-3">
        {view === 'messages' ? (
          <ol className="flex flex-col gap-3">
            {inspection.messages.map((message, index) => (
              <li key={index}>
                <Wire message={message} />
              </li>
            ))}
          </ol>
        ) : inspection.error ? (
          <div className="flex flex-col gap-2 text-sm">
            <p className="text-bad-text">
              {inspection.error.message} <span className="text-text-3 tnum">({inspection.error.code})</span>
            </p>
            {inspection.error.data === undefined || inspection.error.data === null ? null : (
              <JsonView value={inspection.error.data} />
            )}
          </div>
        ) : (
          <ResultView result={inspection.result} />
        )}
      </div>
    </Card>
  );
}

function Wire({ message }: { message: WireMessage }) {
  const sent = message.direction === 'sent';
  return (
    <div className="rounded-lg border border-line">
      <p className="flex items-center gap-1.5 border-b border-line px-3 py-1.5 text-xs text-text-3 tnum">
        {sent ? (
          <ArrowUpRight className="size-3.5 text-accent-text" aria-hidden />
        ) : (
          <ArrowDownLeft className="size-3.5 text-ok-text" aria-hidden />
        )}
        {sent ? 'Sent' : 'Received'}
        <span className="ml-auto">{new Date(message.at).toISOString().slice(11, 23)}</span>
      </p>
      <JsonView value={message.message} className="p-2" />
    </div>
  );
}
