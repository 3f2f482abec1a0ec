import { useQuery } from '@tanstack/react-query';
import { FolderKey, Pencil, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Team } from '@/api/mcp';
import type { VaultFolder } from '@/api/settings';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { teamsQuery } from '@/features/mcp-servers/queries';
import { useCheckFolder, useDeleteFolder, useSaveFolder, vaultFolderQuery } from '@/features/secrets/queries';
import { pluralize } from '@/lib/format';
import { useCan } from '@/shell/permissions';

type Props = { folder: string | undefined; onFolder: (teamId: string | undefined) => void };

/** Which part of Vault the members of a team choose from. */
export function VaultFolders({ folder, onFolder }: Props) {
  const teams = useQuery(teamsQuery);
  const edited = teams.data?.find((team) => team.id === folder);
  return (
    <Card aria-label="Team Vault folders">
      <CardHeader
        title="Team Vault folders"
        description="The part of Vault in which a team’s members choose secrets; nothing outside of it is offered to them."
      />
      {teams.isLoadingError ? (
        <ErrorState title="The teams could not be read" error={teams.error} onRetry={() => void teams.refetch()} />
      ) : teams.isPending ? (
        <SkeletonRows rows={2} />
      ) : teams.data.length === 0 ? (
        <EmptyState icon={FolderKey} title="No teams yet">
          A folder belongs to a team. Without teams, people type path and key by hand.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {teams.data.map((team) => (
            <FolderRow key={team.id} team={team} onEdit={() => onFolder(team.id)} />
          ))}
        </ul>
      )}
      {edited ? <FolderDialog team={edited} onClose={() => onFolder(undefined)} /> : null}
    </Card>
  );
}

function FolderRow({ team, onEdit }: { team: Team; onEdit: () => void }) {
  const folder = useQuery(vaultFolderQuery(team.id));
  const remove = useDeleteFolder(team.id);
  const mayUpdate = useCan('team', 'update');
  return (
    <li className="flex items-center gap-3 px-4 py-2.5 text-sm">
      <span className="w-40 shrink-0 truncate font-medium">{team.name}</span>
      <span className="min-w-0 flex-1 truncate">
        {folder.isLoadingError ? (
          <span className="text-bad-text">{causeOf(folder.error)}</span>
        ) : folder.data ? (
          <code className="font-mono text-xs">{folder.data.vaultPath}</code>
        ) : (
          <span className="text-text-3">{folder.isPending ? 'Loading…' : 'no folder'}</span>
        )}
      </span>
      {mayUpdate ? (
        <>
          {folder.data ? (
            <Button
              variant="ghost"
              size="iconSm"
              aria-label={`Take the folder of ${team.name} away`}
              pending={remove.isPending}
              onClick={() =>
                remove.mutate(undefined, {
                  onSuccess: () => showToast({ tone: 'ok', title: `${team.name} has no folder any more` }),
                  onError: (error) => showToast({ tone: 'bad', title: 'The folder stays', detail: causeOf(error) }),
                })
              }
            >
              <Trash2 aria-hidden />
            </Button>
          ) : null}
          <Button variant="ghost" size="iconSm" aria-label={`Set the folder of ${team.name}`} onClick={onEdit}>
            <Pencil aria-hidden />
          </Button>
        </>
      ) : null}
    </li>
  );
}

function FolderDialog({ team, onClose }: { team: Team; onClose: () => void }) {
  const folder = useQuery(vaultFolderQuery(team.id));
  return (
    <Dialog
      title={`Vault folder of ${team.name}`}
      description="Its members choose secrets from here when a form asks for one."
      onClose={onClose}
    >
      {folder.isPending ? (
        <DialogBody>
          <SkeletonRows rows={1} />
        </DialogBody>
      ) : (
        <FolderForm team={team} folder={folder.data ?? null} onClose={onClose} />
      )}
    </Dialog>
  );
}

type FormProps = { team: Team; folder: VaultFolder | null; onClose: () => void };

function FolderForm({ team, folder, onClose }: FormProps) {
  const save = useSaveFolder(team.id);
  const check = useCheckFolder(team.id);
  const [path, setPath] = useState(folder?.vaultPath ?? '');
  const empty = path.trim() === '';
  const checked = check.variables === path.trim() ? check.data : undefined;
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate(path.trim(), {
      onSuccess: () => {
        showToast({ tone: 'ok', title: `The folder of ${team.name} was saved` });
        onClose();
      },
    });
  }
  return (
    <form onSubmit={submit} className="contents">
      <DialogBody>
        <Field label="Vault path" hint="As Vault’s API names it; with KV version 2 it has /data/ in it.">
          {(control) => (
            <Input
              {...control}
              className="font-mono text-xs"
              spellCheck={false}
              autoComplete="off"
              placeholder="secret/data/teams/support"
              value={path}
              onChange={(event) => setPath(event.target.value)}
            />
          )}
        </Field>
        {save.isError || check.isError ? (
          <Notice tone="error" role="alert">
            {causeOf(save.error ?? check.error)}
          </Notice>
        ) : checked ? (
          <Notice tone={checked.connected ? 'info' : 'error'} role="status">
            {checked.connected
              ? `Vault lists ${pluralize(checked.secretCount, 'secret')} there.`
              : (checked.error ?? 'Vault does not let this server list it.')}
          </Notice>
        ) : null}
      </DialogBody>
      <DialogFooter>
        <Button
          className="mr-auto"
          disabled={empty}
          pending={check.isPending}
          onClick={() => check.mutate(path.trim())}
        >
          Test
        </Button>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={empty} pending={save.isPending}>
          Save
        </Button>
      </DialogFooter>
    </form>
  );
}
