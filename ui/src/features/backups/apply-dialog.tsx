import { useQuery } from '@tanstack/react-query';
import { FileCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState } from '@/components/ui/states';
import { Changes } from '@/features/audit-log/changes';
import { type Applied, type ConfigurationChange, planQuery, useApply } from '@/features/backups/queries';
import { pluralize } from '@/lib/format';

type Props = { name: string; text: string; onClose: () => void };

/** First what would be another, field by field; then the deed; then what came of it. */
export function ApplyDialog({ name, text, onClose }: Props) {
  const plan = useQuery(planQuery(text));
  const apply = useApply();
  const shown = apply.data ?? plan.data;
  const todo = plan.data ? plan.data.changes.filter(isToDo).length : 0;
  const error = apply.error ?? plan.error;
  return (
    <Dialog
      variant="sheet"
      title={apply.data ? `${name} was applied` : `Apply ${name}`}
      description={apply.data ? undefined : 'Nothing is changed before you say so.'}
      onClose={onClose}
      className="w-[min(46rem,100vw)]"
    >
      <DialogBody>
        {error ? (
          <Notice tone="error" role="alert">
            {causeOf(error)}
          </Notice>
        ) : null}
        {plan.isPending ? <SkeletonRows rows={4} label="Comparing" /> : null}
        {shown ? <Outcome applied={shown} /> : null}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>{apply.data ? 'Close' : 'Cancel'}</Button>
        {apply.data ? null : (
          <Button variant="primary" disabled={todo === 0} pending={apply.isPending} onClick={() => apply.mutate(text)}>
            {todo === 0 ? 'Nothing to apply' : `Apply ${pluralize(todo, 'change')}`}
          </Button>
        )}
      </DialogFooter>
    </Dialog>
  );
}

function Outcome({ applied: { changes, summary, dryRun } }: { applied: Applied }) {
  const shown = changes.filter((change) => change.action !== 'unchanged' || change.error !== null);
  if (shown.length === 0) {
    return (
      <EmptyState icon={FileCheck} title="Everything is as the file says">
        {pluralize(summary.unchanged, 'object')} compared.
      </EmptyState>
    );
  }
  return (
    <>
      <p role="status" className="flex flex-wrap items-center gap-2 text-sm">
        {summary.create > 0 ? <Badge tone="ok">{summary.create} new</Badge> : null}
        {summary.update > 0 ? <Badge tone="accent">{summary.update} changed</Badge> : null}
        {summary.failed > 0 ? (
          <Badge tone="bad">
            {summary.failed} {dryRun ? 'cannot be done' : 'failed'}
          </Badge>
        ) : null}
        <span className="text-text-3">{pluralize(summary.unchanged, 'object stays', 'objects stay')} as before</span>
      </p>
      <ul aria-label="Changes" className="divide-y divide-line rounded-lg border border-line">
        {shown.map((change) => (
          <Change key={`${change.kind} ${change.name}`} change={change} />
        ))}
      </ul>
    </>
  );
}

function Change({ change }: { change: ConfigurationChange }) {
  const { kind, name, action, error, fields } = change;
  return (
    <li className="px-3 py-2 text-sm">
      <details>
        <summary className="flex cursor-pointer flex-wrap items-center gap-2 rounded">
          {lookOf(change)}
          <span className="text-text-3">{inWords(kind)}</span>
          <span className="min-w-0 font-medium break-all">{name}</span>
          {action === 'update' ? (
            <span className="w-full text-xs text-text-3 sm:ml-auto sm:w-auto">{fields.join(', ')}</span>
          ) : null}
        </summary>
        <div className="mt-2">
          <Changes
            entry={{
              before: action === 'create' ? null : picked(change.before, fields),
              after: picked(change.after, fields),
            }}
          />
        </div>
      </details>
      {error ? <p className="mt-1 text-bad-text">{error}</p> : null}
    </li>
  );
}

function lookOf({ action, error }: ConfigurationChange): ReactNode {
  if (error !== null) return <Badge tone="bad">not done</Badge>;
  return action === 'create' ? <Badge tone="ok">new</Badge> : <Badge tone="accent">changed</Badge>;
}

function isToDo({ action, error }: ConfigurationChange): boolean {
  return action !== 'unchanged' && error === null;
}

function picked(values: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field, values[field]]));
}

/** `mcpServers` → "MCP servers", as a kind stands in the file. */
function inWords(kind: string): string {
  return kind
    .replaceAll(/([a-z])([A-Z])|[_-]/g, '$1 $2')
    .toLowerCase()
    .replace(/\bmcp\b/, 'MCP')
    .replace(/\bllm\b/, 'LLM');
}
