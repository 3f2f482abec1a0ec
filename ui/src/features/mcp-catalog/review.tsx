import { useNavigate } from '@tanstack/react-router';
import { KeyRound, TriangleAlert } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { CatalogInput, ImportedServer, ImportReview } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf, EmptyState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { kindLabel, runLine } from '@/features/mcp-catalog/describe';
import { useCreateItem } from '@/features/mcp-catalog/queries';
import { pluralize } from '@/lib/format';

const FORMATS: Record<string, string> = {
  mcpServers: 'an mcpServers file',
  vscode: 'a VS Code configuration',
  codex: 'a Codex configuration',
  'claude-mcp-add': 'a claude mcp add command',
  'docker-run': 'a docker run command',
  command: 'a command',
  url: 'an address',
  'server.json': 'an entry of the official registry',
};

type Props = { review: ImportReview; onBack: () => void; onClose: () => void };
type Choice = { name: string; taken: boolean };

export function ImportReviewSheet({ review, onBack, onClose }: Props) {
  const navigate = useNavigate();
  const create = useCreateItem();
  const [choices, setChoices] = useState<Choice[]>(() =>
    review.servers.map(({ item }) => ({ name: item.name, taken: true })),
  );
  const [failure, setFailure] = useState<string | null>(null);
  const taken = choices.filter((choice) => choice.taken);
  const ready = taken.length > 0 && taken.every((choice) => choice.name.trim() !== '');

  async function add(event: FormEvent) {
    event.preventDefault();
    if (!ready) return;
    setFailure(null);
    const added: string[] = [];
    for (const [index, choice] of choices.entries()) {
      const found = review.servers[index];
      if (!choice.taken || found === undefined) continue;
      try {
        const item = await create.mutateAsync({ ...found.item, name: choice.name.trim() } satisfies CatalogInput);
        added.push(item.id);
        setChoices((old) => old.map((each, at) => (at === index ? { ...each, taken: false } : each)));
      } catch (error) {
        setFailure(`${choice.name}: ${causeOf(error)}`);
        return;
      }
    }
    showToast({ tone: 'ok', title: `${pluralize(added.length, 'server')} added to the registry` });
    void navigate({ to: '/catalog', search: added.length === 1 ? { install: added[0] } : {} });
  }

  if (review.servers.length === 0) {
    return (
      <EmptyState
        icon={TriangleAlert}
        title="No server was found in it"
        actions={<Button onClick={onBack}>Back</Button>}
      >
        It was read as {FORMATS[review.format] ?? review.format}, and nothing in it starts or names a server.
      </EmptyState>
    );
  }
  return (
    <form onSubmit={(event) => void add(event)} className="flex min-h-0 flex-1 flex-col">
      <DialogBody>
        {failure ? (
          <Notice tone="error" role="alert">
            {failure}
          </Notice>
        ) : null}
        <p className="text-sm text-text-2">
          Read as {FORMATS[review.format] ?? review.format}: {pluralize(review.servers.length, 'server')}.
        </p>
        <ul className="flex flex-col gap-3">
          {review.servers.map((found, index) => (
            <FoundServer
              key={index}
              found={found}
              choice={choices[index] ?? { name: found.item.name, taken: false }}
              single={review.servers.length === 1}
              onChange={(change) =>
                setChoices(choices.map((choice, at) => (at === index ? { ...choice, ...change } : choice)))
              }
            />
          ))}
        </ul>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onBack} className="mr-auto">
          Back
        </Button>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={!ready} pending={create.isPending}>
          {review.servers.length === 1 ? 'Add and install' : `Add ${pluralize(taken.length, 'server')}`}
        </Button>
      </DialogFooter>
    </form>
  );
}

type FoundProps = {
  found: ImportedServer;
  choice: Choice;
  single: boolean;
  onChange: (change: Partial<Choice>) => void;
};

function FoundServer({ found, choice, single, onChange }: FoundProps) {
  const { item, secrets, warnings } = found;
  const variables = item.localConfig?.environment ?? [];
  return (
    <li className="rounded-lg border border-line">
      <div className="flex items-center gap-3 border-b border-line px-3 py-2">
        {single ? null : (
          <input
            type="checkbox"
            className="accent-accent"
            aria-label={`Add ${item.name}`}
            checked={choice.taken}
            onChange={(event) => onChange({ taken: event.target.checked })}
          />
        )}
        <Input
          aria-label={`Name of ${item.name}`}
          value={choice.name}
          disabled={!choice.taken}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <Badge tone="outline">{kindLabel({ ...item, localConfig: item.localConfig ?? null })}</Badge>
      </div>
      <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-3 gap-y-1.5 px-3 py-2.5 text-xs">
        <dt className="text-text-3">{item.serverType === 'remote' ? 'Calls' : 'Runs'}</dt>
        <dd className="font-mono break-all">{runLine(item)}</dd>
        {variables.length > 0 ? (
          <>
            <dt className="text-text-3">Variables</dt>
            <dd className="flex flex-col gap-0.5">
              {variables.map((variable) => (
                <span key={variable.key} className="font-mono break-all">
                  {variable.key}
                  <span className="font-sans text-text-3">
                    {variable.promptOnInstallation
                      ? variable.type === 'secret'
                        ? ', a secret, asked at the installation'
                        : ', asked at the installation'
                      : ''}
                  </span>
                  {!variable.promptOnInstallation && variable.type !== 'secret' ? `=${variable.value ?? ''}` : ''}
                </span>
              ))}
            </dd>
          </>
        ) : null}
      </dl>
      {secrets.map((secret) => (
        <p
          key={`${secret.place}:${secret.key}`}
          className="flex items-start gap-2 border-t border-line bg-ok-soft px-3 py-1.5 text-xs text-ok-text"
        >
          <KeyRound className="mt-0.5 size-3.5 shrink-0" aria-hidden />
          <span>
            <span className="font-mono font-medium">{secret.key}</span>{' '}
            {secret.masked ? <span className="font-mono">({secret.masked}) </span> : null}
            goes to the secret store{secret.reason ? `: ${secret.reason}` : ''}.
          </span>
        </p>
      ))}
      {warnings.map((warning) => (
        <p
          key={warning}
          className="flex items-start gap-2 border-t border-line bg-warn-soft px-3 py-1.5 text-xs text-warn-text"
        >
          <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
          {warning}
        </p>
      ))}
    </li>
  );
}
