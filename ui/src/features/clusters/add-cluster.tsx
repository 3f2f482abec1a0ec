import { useNavigate } from '@tanstack/react-router';
import { FileUp, ShieldAlert } from 'lucide-react';
import { type DragEvent, type FormEvent, useId, useState } from 'react';
import type { KubeconfigReview, KubeContext } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useAddCluster, usePreviewKubeconfig } from '@/features/clusters/queries';
import { cn } from '@/lib/class-names';
import { pluralize } from '@/lib/format';

/** More is not a kubeconfig; the server has its own limit. */
const LARGEST_FILE = 1_000_000;

export function AddCluster() {
  const navigate = useNavigate();
  const preview = usePreviewKubeconfig();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const close = () => void navigate({ to: '/runtimes' });

  async function take(file: File | undefined) {
    if (file === undefined) return;
    if (file.size > LARGEST_FILE) return setProblem('This file is too large to be a kubeconfig.');
    setProblem(null);
    const content = await file.text();
    setText(content);
    preview.mutate(content);
  }

  return (
    <Dialog
      variant="sheet"
      title="Add a cluster"
      description={
        preview.data
          ? 'Choose where servers should run.'
          : 'By its kubeconfig. Nothing in it is run, and nothing is contacted yet.'
      }
      onClose={close}
    >
      {preview.data ? (
        <ChooseContext review={preview.data} kubeconfig={text} onBack={() => preview.reset()} onDone={close} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== '') preview.mutate(text);
          }}
          className="flex min-h-0 flex-1 flex-col"
        >
          <DialogBody>
            {problem || preview.isError ? (
              <Notice tone="error" role="alert">
                {problem ?? causeOf(preview.error)}
              </Notice>
            ) : null}
            <DropZone onFile={(file) => void take(file)} />
            <Field label="Or paste it">
              {(control) => (
                <Textarea
                  {...control}
                  rows={12}
                  spellCheck={false}
                  className="font-mono text-xs leading-5"
                  placeholder={'apiVersion: v1\nkind: Config\nclusters: …'}
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                />
              )}
            </Field>
          </DialogBody>
          <DialogFooter>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="primary" pending={preview.isPending} disabled={text.trim() === ''}>
              Read it
            </Button>
          </DialogFooter>
        </form>
      )}
    </Dialog>
  );
}

function DropZone({ onFile }: { onFile: (file: File | undefined) => void }) {
  const id = useId();
  const [over, setOver] = useState(false);
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    onFile(event.dataTransfer.files[0]);
  }
  return (
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cn(
        'flex flex-col items-center gap-2 rounded-lg border border-dashed px-4 py-8 text-center text-sm',
        over ? 'border-accent bg-accent-soft' : 'border-line-strong',
      )}
    >
      <FileUp className="size-5 text-text-3" aria-hidden />
      <p className="text-text-2">Drop a kubeconfig here, or</p>
      <label
        htmlFor={id}
        className="cursor-pointer rounded-md border border-line-strong bg-surface px-3 py-1.5 font-medium shadow-xs hover:bg-surface-2 has-focus-visible:outline-2 has-focus-visible:outline-accent"
      >
        Choose a file
        <input id={id} type="file" className="sr-only" onChange={(event) => onFile(event.target.files?.[0])} />
      </label>
    </div>
  );
}

type ChooseProps = { review: KubeconfigReview; kubeconfig: string; onBack: () => void; onDone: () => void };

function ChooseContext({ review, kubeconfig, onBack, onDone }: ChooseProps) {
  const add = useAddCluster();
  const usable = review.contexts.filter((context) => context.problem === null);
  const [context, setContext] = useState(() => (usable.find((each) => each.current) ?? usable[0])?.name ?? '');
  const chosen = review.contexts.find((each) => each.name === context);
  const [name, setName] = useState<string | null>(null);
  const [namespace, setNamespace] = useState<string | null>(null);
  const shownName = name ?? chosen?.cluster ?? '';
  const shownNamespace = namespace ?? chosen?.namespace ?? 'default';

  function submit(event: FormEvent) {
    event.preventDefault();
    if (chosen === undefined) return;
    add.mutate(
      { name: shownName.trim(), kubeconfig, context, namespace: shownNamespace.trim() },
      {
        onSuccess: (cluster) => {
          showToast({ tone: 'ok', title: `${cluster.name} was added`, detail: 'It is contacted when you check it.' });
          onDone();
        },
      },
    );
  }

  return (
    <form onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
      <DialogBody>
        {add.isError ? (
          <Notice tone="error" role="alert">
            {causeOf(add.error)}
          </Notice>
        ) : null}
        {review.refused.length > 0 ? (
          <div className="flex items-start gap-2.5 rounded-lg bg-warn-soft px-3 py-2.5 text-sm text-warn-text">
            <ShieldAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
            <div>
              <p className="font-medium">Some of it is refused: it would run programs or read files here.</p>
              <ul className="mt-1 list-disc pl-4">
                {review.refused.map((reason) => (
                  <li key={reason}>{reason}</li>
                ))}
              </ul>
            </div>
          </div>
        ) : null}
        <fieldset>
          <legend className="mb-2 text-sm font-medium">{pluralize(review.contexts.length, 'context')}</legend>
          <ul className="divide-y divide-line rounded-lg border border-line">
            {review.contexts.map((each) => (
              <ContextRow
                key={each.name}
                context={each}
                chosen={each.name === context}
                onChoose={() => setContext(each.name)}
              />
            ))}
          </ul>
        </fieldset>
        {chosen ? (
          <>
            <Field label="Name" hint="How it is called here.">
              {(control) => (
                <Input {...control} required value={shownName} onChange={(event) => setName(event.target.value)} />
              )}
            </Field>
            <Field label="Namespace" hint="Servers are put here; it must exist.">
              {(control) => (
                <Input
                  {...control}
                  required
                  spellCheck={false}
                  value={shownNamespace}
                  onChange={(event) => setNamespace(event.target.value)}
                />
              )}
            </Field>
          </>
        ) : null}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onBack} className="mr-auto">
          Back
        </Button>
        <Button onClick={onDone}>Cancel</Button>
        <Button
          type="submit"
          variant="primary"
          pending={add.isPending}
          disabled={chosen === undefined || shownName.trim() === '' || shownNamespace.trim() === ''}
        >
          Add cluster
        </Button>
      </DialogFooter>
    </form>
  );
}

function ContextRow({ context, chosen, onChoose }: { context: KubeContext; chosen: boolean; onChoose: () => void }) {
  return (
    <li>
      <label
        className={cn(
          'flex items-start gap-3 px-3 py-2.5 text-sm',
          context.problem ? 'cursor-not-allowed' : 'cursor-pointer hover:bg-surface-2',
        )}
      >
        <input
          type="radio"
          name="context"
          className="mt-1 accent-accent"
          checked={chosen}
          disabled={context.problem !== null}
          onChange={onChoose}
        />
        <span className="min-w-0">
          <span className="font-medium">{context.name}</span>
          {context.current ? <span className="text-text-3"> (current)</span> : null}
          <span className="block truncate font-mono text-xs text-text-3">{context.server}</span>
          {context.problem ? <span className="block text-xs text-bad-text">{context.problem}</span> : null}
        </span>
      </label>
    </li>
  );
}
