import { type FormEvent, type ReactNode, useState } from 'react';
import type { CatalogDescription, CatalogInput } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Segmented } from '@/components/ui/segmented';
import { causeOf } from '@/components/ui/states';
import { type Draft, draftErrors, draftOf, inputOf } from '@/features/mcp-catalog/draft';
import { LocalFields } from '@/features/mcp-catalog/local-fields';
import { RemoteFields } from '@/features/mcp-catalog/remote-fields';

type Props = {
  item?: Partial<CatalogDescription>;
  kind?: 'local' | 'remote';
  /** Where it runs cannot change under servers that are installed. */
  fixedKind?: boolean;
  submitLabel: string;
  pending: boolean;
  error: unknown;
  onSubmit: (input: CatalogInput) => void;
  onCancel: () => void;
  children?: ReactNode;
};

export function CatalogForm(props: Props) {
  const { item, kind, fixedKind, submitLabel, pending, error, onSubmit, onCancel, children } = props;
  const [draft, setDraft] = useState(() => draftOf(item ?? {}, kind));
  const [shown, setShown] = useState(false);
  const errors = draftErrors(draft);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const visible = shown ? errors : {};

  function submit(event: FormEvent) {
    event.preventDefault();
    setShown(true);
    if (Object.keys(errors).length === 0) onSubmit(inputOf(draft, item));
  }

  return (
    <form onSubmit={submit} noValidate className="flex min-h-0 flex-1 flex-col">
      <DialogBody>
        {error ? (
          <Notice tone="error" role="alert">
            {causeOf(error)}
          </Notice>
        ) : null}
        {children}
        {fixedKind ? null : (
          <Segmented
            label="Kind"
            value={draft.serverType}
            onValueChange={(serverType) => set({ serverType })}
            options={[
              { value: 'local', label: 'Runs here, in a container' },
              { value: 'remote', label: 'Runs elsewhere, at an address' },
            ]}
          />
        )}
        <Field label="Name" hint="Tools are called after it: name__tool." error={visible.name}>
          {(control) => (
            <Input
              {...control}
              value={draft.name}
              maxLength={100}
              placeholder="github"
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        {draft.serverType === 'remote' ? (
          <RemoteFields draft={draft} errors={visible} onChange={set} />
        ) : (
          <LocalFields draft={draft} errors={visible} onChange={set} />
        )}
        <Field label="Description" optional>
          {(control) => (
            <Textarea
              {...control}
              rows={2}
              value={draft.description}
              onChange={(event) => set({ description: event.target.value })}
            />
          )}
        </Field>
        <Field label="Instructions" hint="Shown to whoever installs it." optional>
          {(control) => (
            <Textarea
              {...control}
              rows={2}
              value={draft.instructions}
              onChange={(event) => set({ instructions: event.target.value })}
            />
          )}
        </Field>
        <Field label="Documentation" optional>
          {(control) => (
            <Input
              {...control}
              type="url"
              placeholder="https://…"
              value={draft.docsUrl}
              onChange={(event) => set({ docsUrl: event.target.value })}
            />
          )}
        </Field>
      </DialogBody>
      <DialogFooter>
        {shown && Object.keys(errors).length > 0 ? (
          <p role="alert" className="mr-auto text-xs text-bad-text">
            Something above is missing.
          </p>
        ) : null}
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={pending}>
          {submitLabel}
        </Button>
      </DialogFooter>
    </form>
  );
}
