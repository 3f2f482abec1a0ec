import { useQuery } from '@tanstack/react-query';
import { Archive, Download, Trash2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '@/components/ui/badge';
import { Button, buttonClass } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { ConfigurationCard } from '@/features/backups/configuration-card';
import { type Backup, backupsQuery, path, useCreateBackup, useDeleteBackup } from '@/features/backups/queries';
import { RestoreDialog } from '@/features/backups/restore-dialog';
import { formatBytes, formatDateTime } from '@/lib/format';

export function BackupsPage() {
  const backups = useQuery(backupsQuery);
  const create = useCreateBackup();
  const [chosen, setChosen] = useState<Backup | null>(null);
  const [doomed, setDoomed] = useState<Backup | null>(null);
  return (
    <>
      <title>Backup and export · Archestra</title>
      <ConfigurationCard />
      <Card>
        <CardHeader
          title="Backups"
          description={
            backups.data
              ? `Everything, logs and encrypted secrets included. They lie in ${backups.data.directory} on the server.`
              : 'Everything, logs and encrypted secrets included.'
          }
          actions={
            <Button
              variant="primary"
              size="sm"
              pending={create.isPending}
              onClick={() =>
                create.mutate(undefined, {
                  onSuccess: ({ size }) =>
                    showToast({ tone: 'ok', title: `A backup of ${formatBytes(size)} was made` }),
                  onError: (error) => showToast({ tone: 'bad', title: 'There is no backup', detail: causeOf(error) }),
                })
              }
            >
              <Archive aria-hidden /> Back up now
            </Button>
          }
        />
        {backups.isLoadingError ? (
          <ErrorState
            title="The backups could not be read"
            error={backups.error}
            onRetry={() => void backups.refetch()}
          />
        ) : backups.isPending ? (
          <SkeletonRows rows={2} />
        ) : backups.data.backups.length === 0 ? (
          <EmptyState icon={Archive} title="No backups yet" className="border-t border-line">
            One is made every day and before every change of the database’s form.
          </EmptyState>
        ) : (
          <ul aria-label="Backups" className="divide-y divide-line border-t border-line">
            {backups.data.backups.map((backup) => (
              <Row key={backup.name} backup={backup} onRestore={setChosen} onDelete={setDoomed} />
            ))}
          </ul>
        )}
      </Card>
      {chosen ? <RestoreDialog backup={chosen} onClose={() => setChosen(null)} /> : null}
      {doomed ? <DeleteBackup backup={doomed} onClose={() => setDoomed(null)} /> : null}
    </>
  );
}

type RowProps = { backup: Backup; onRestore: (backup: Backup) => void; onDelete: (backup: Backup) => void };

function Row({ backup, onRestore, onDelete }: RowProps) {
  const when = formatDateTime(backup.createdAt);
  return (
    <li className="flex flex-wrap items-center gap-3 px-4 py-2.5 text-sm">
      <span className="font-medium">{when}</span>
      <Badge>{backup.reason.replaceAll('-', ' ')}</Badge>
      <span className="text-xs text-text-3 tnum">{formatBytes(backup.size)}</span>
      <RelativeTime at={backup.createdAt} className="text-xs text-text-3" />
      <span className="ml-auto inline-flex gap-1">
        <Button size="sm" onClick={() => onRestore(backup)}>
          <Undo2 aria-hidden /> Restore…<span className="sr-only"> {when}</span>
        </Button>
        <a
          href={path(backup.name)}
          download={backup.name}
          aria-label={`Download the backup of ${when}`}
          title="Download"
          className={buttonClass({ variant: 'ghost', size: 'iconSm' })}
        >
          <Download aria-hidden />
        </a>
        <Button
          variant="ghost"
          size="iconSm"
          aria-label={`Delete the backup of ${when}`}
          onClick={() => onDelete(backup)}
        >
          <Trash2 aria-hidden />
        </Button>
      </span>
    </li>
  );
}

function DeleteBackup({ backup, onClose }: { backup: Backup; onClose: () => void }) {
  const remove = useDeleteBackup();
  return (
    <ConfirmDialog
      title="Delete this backup?"
      confirmLabel="Delete backup"
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() => remove.mutate(backup.name, { onSuccess: onClose })}
    >
      That of {formatDateTime(backup.createdAt)}. Nobody can go back to it any more.
    </ConfirmDialog>
  );
}
