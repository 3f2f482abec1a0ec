import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Secret } from '@/api/settings';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { secretQuery, useRotateSecret } from '@/features/secrets/queries';
import { VaultReferenceFields } from '@/features/secrets/vault-reference-fields';
import { formatReference, parseReference } from '@/features/secrets/words';

export function RotateDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const secret = useQuery(secretQuery(id));
  if (secret.data) return <RotateForm secret={secret.data} onClose={onClose} />;
  return (
    <Dialog title="Rotate a secret" onClose={onClose}>
      <DialogBody>
        {secret.isError ? (
          <ErrorState title="The secret could not be read" error={secret.error} onRetry={() => void secret.refetch()} />
        ) : (
          <SkeletonRows rows={2} />
        )}
      </DialogBody>
    </Dialog>
  );
}

/** Fields that stay empty keep their values; without any new value the same ones are encrypted anew. */
function RotateForm({ secret, onClose }: { secret: Secret; onClose: () => void }) {
  const rotate = useRotateSecret(secret.id);
  const [values, setValues] = useState<Record<string, string>>({});
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));
  const count = Object.keys(given).length;
  const runs = secret.usedBy.some((user) => user.kind === 'mcpServer');
  const set = (field: string, value: string) => setValues({ ...values, [field]: value });

  function submit(event: FormEvent) {
    event.preventDefault();
    rotate.mutate(given, {
      onSuccess: () => {
        showToast({
          tone: 'ok',
          title: count === 0 ? `${secret.name} was encrypted anew` : `${secret.name} has new values`,
        });
        onClose();
      },
    });
  }

  return (
    <Dialog
      title={`Rotate ${secret.name}`}
      description={
        secret.isReference
          ? 'Where its values lie in Vault.'
          : 'What stays empty keeps its value. With nothing filled in, the same values are encrypted anew.'
      }
      onClose={onClose}
    >
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {rotate.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(rotate.error)}
            </Notice>
          ) : null}
          {secret.isReference
            ? secret.references.map(({ field, reference }) => (
                <VaultReferenceFields
                  key={field}
                  label={field}
                  value={parseReference(values[field] ?? reference)}
                  onChange={(value) => set(field, formatReference(value))}
                />
              ))
            : secret.fields.map((field) => (
                <Field key={field} label={field}>
                  {(control) => (
                    <Input
                      {...control}
                      type="password"
                      autoComplete="new-password"
                      spellCheck={false}
                      placeholder="••••••••"
                      value={values[field] ?? ''}
                      onChange={(event) => set(field, event.target.value)}
                    />
                  )}
                </Field>
              ))}
          {runs ? <Notice tone="info">A server that runs takes new values at its next start.</Notice> : null}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={rotate.isPending}>
            {count === 0 && !secret.isReference ? 'Encrypt anew' : 'Replace'}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
