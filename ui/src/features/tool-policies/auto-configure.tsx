import { Link } from '@tanstack/react-router';
import { Sparkles } from 'lucide-react';
import type { Tool } from '@/api/mcp';
import type { PolicyProposal } from '@/api/policies';
import { Badge } from '@/components/ui/badge';
import { Button, buttonClass } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { useProposals } from '@/features/tool-policies/use-proposals';
import { type Kind, type Action, wordsOf } from '@/features/tool-policies/words';
import { pluralize } from '@/lib/format';

type Props = { tools: Tool[]; onClose: () => void };

/** A model proposes defaults: how far it is, what it says of each tool, and why. */
export function AutoConfigure({ tools, onClose }: Props) {
  const { results, state, failure, run, stop } = useProposals();
  const set = results.filter(({ success }) => success).length;
  const names = new Map(tools.map((tool) => [tool.id, tool]));
  const close = () => {
    stop();
    onClose();
  };
  return (
    <Dialog
      variant="sheet"
      title="Configure automatically"
      description={`A model reads what ${pluralize(tools.length, 'tool')} can do and sets their defaults.`}
      onClose={close}
    >
      <DialogBody>
        {failure ? (
          <Notice
            tone="error"
            role="alert"
            actions={
              failure.includes('Settings → Chat') ? (
                <Link to="/settings/chat" className={buttonClass({ size: 'sm' })}>
                  Add a key
                </Link>
              ) : null
            }
          >
            {failure}
          </Notice>
        ) : null}
        {state === 'waiting' ? (
          <ul className="list-disc space-y-1.5 pl-5 text-sm text-text-2">
            <li>It sees names, descriptions and parameters, and no data.</li>
            <li>It proposes a default for calls and one for results; they replace those the tools have.</li>
            <li>Rules with conditions stay, and count before defaults.</li>
            <li>Each default comes with its reason, and you can change it.</li>
          </ul>
        ) : (
          <Progress done={results.length} total={tools.length} isRunning={state === 'running'} />
        )}
        {results.length > 0 ? (
          <ul aria-label="What was proposed" className="divide-y divide-line rounded-lg border border-line">
            {results.map((result) => (
              <Proposed key={result.toolId} result={result} tool={names.get(result.toolId)} />
            ))}
          </ul>
        ) : null}
      </DialogBody>
      <DialogFooter>
        {state === 'running' ? (
          <Button onClick={stop}>Stop</Button>
        ) : (
          <Button onClick={close}>{set > 0 ? 'Close' : 'Cancel'}</Button>
        )}
        {state === 'done' ? null : (
          <Button variant="primary" pending={state === 'running'} onClick={() => void run(tools.map(({ id }) => id))}>
            <Sparkles aria-hidden /> {state === 'stopped' ? 'Ask again' : 'Ask the model'}
          </Button>
        )}
      </DialogFooter>
    </Dialog>
  );
}

function Progress({ done, total, isRunning }: { done: number; total: number; isRunning: boolean }) {
  return (
    <div className="flex flex-col gap-1.5">
      <div
        role="progressbar"
        aria-label="Tools looked at"
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
        className="h-2 overflow-hidden rounded-full bg-surface-3"
      >
        <div className="h-full rounded-full bg-accent" style={{ width: `${(done / total) * 100}%` }} />
      </div>
      <p role="status" className="text-xs text-text-2 tnum">
        {done} of {pluralize(total, 'tool')} {isRunning ? 'looked at; the model is reading' : 'looked at'}
      </p>
    </div>
  );
}

function Proposed({ result, tool }: { result: PolicyProposal; tool: Tool | undefined }) {
  const { config } = result;
  return (
    <li className="flex flex-col gap-1 px-3 py-2.5 text-sm">
      <span className="flex flex-wrap items-center gap-2">
        <span className="font-mono text-xs font-medium break-all">{tool?.rawName ?? result.toolId}</span>
        {config ? (
          <>
            <ActionBadge kind="call" action={config.toolInvocationAction} />
            <ActionBadge kind="result" action={config.trustedDataAction} />
          </>
        ) : (
          <Badge tone="bad">not set</Badge>
        )}
      </span>
      <span className={config ? 'text-text-2' : 'text-bad-text'}>{config?.reasoning ?? result.error}</span>
    </li>
  );
}

function ActionBadge({ kind, action }: { kind: Kind; action: Action }) {
  const { tone, short } = wordsOf(kind, action);
  return (
    <Badge tone={tone}>
      {kind === 'call' ? 'calls' : 'results'}: {short}
    </Badge>
  );
}
