import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { type Backup, previewQuery, useRestore } from '@/features/backups/queries';
import { formatDateTime, formatInteger } from '@/lib/format';

const WORD = 'restore';

/** First what would be another, then the word, then the deed. */
export function RestoreDialog({ backup, onClose }: { backup: Backup; onClose: () => void }) {
  const preview = useQuery(previewQuery(backup.name));
  const restore = useRestore();
  const [typed, setTyped] = useState('');
  const changed = preview.data?.tables.filter(({ now, then }) => now !== then) ?? [];
  function submit(event: FormEvent) {
    event.preventDefault();
    restore.mutate(backup.name, {
      onSuccess: () => {
        showToast({ tone: 'ok', title: `Everything is as on ${formatDateTime(backup.createdAt)}` });
        onClose();
      },
    });
  }
  return (
    <Dialog
      title={`Go back to ${formatDateTime(backup.createdAt)}?`}
      description="All data of this server is replaced. A backup of what is here now is made first."
      onClose={onClose}
    >
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {preview.isError || restore.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(preview.error ?? restore.error)}
            </Notice>
          ) : null}
          {preview.isFetching ? <SkeletonRows rows={3} label="Reading the backup" /> : null}
          {preview.data?.warnings.map((warning) => (
            <Notice key={warning} tone="warning">
              {warning}
            </Notice>
          ))}
          {preview.data ? (
            changed.length === 0 ? (
              <p className="text-sm text-text-2">Every table has as many rows now as then.</p>
            ) : (
              <table className="w-full text-sm">
                <caption className="sr-only">Rows now and then</caption>
                <thead>
                  <tr className="border-b border-line text-xs text-text-3">
                    <th scope="col" className="py-1.5 text-left font-medium">
                      Rows of
                    </th>
                    <th scope="col" className="py-1.5 text-right font-medium">
                      now
                    </th>
                    <th scope="col" className="py-1.5 text-right font-medium">
                      after
                    </th>
                  </tr>
                </thead>
                <tbody className="tnum">
                  {changed.map((table) => (
                    <tr key={table.name} className="border-b border-line last:border-b-0">
                      <th scope="row" className="py-1.5 text-left font-normal">
                        {table.name.replaceAll('_', ' ')}
                      </th>
                      <td className="py-1.5 text-right">{formatInteger(table.now)}</td>
                      <td className="py-1.5 text-right">{formatInteger(table.then)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )
          ) : null}
          <Field
            label={`Type “${WORD}” to confirm`}
            hint="Whoever had no session then is signed out, perhaps you as well."
          >
            {(control) => (
              <Input {...control} autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />
            )}
          </Field>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="danger"
            pending={restore.isPending}
            disabled={preview.data === undefined || typed.trim() !== WORD}
          >
            Restore
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
