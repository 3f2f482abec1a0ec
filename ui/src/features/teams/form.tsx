import { type FormEvent, useState } from 'react';
import type { Team } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useSaveTeam } from '@/features/teams/queries';

type Props = { team: Team | null; onSaved: (team: Team) => void; onClose: () => void };

export function TeamDialog({ team, onSaved, onClose }: Props) {
  const save = useSaveTeam(team?.id ?? null);
  const [name, setName] = useState(team?.name ?? '');
  const [description, setDescription] = useState(team?.description ?? '');
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate(
      { name: name.trim(), description: description.trim() === '' ? null : description.trim() },
      {
        onSuccess: (saved) => {
          showToast({ tone: 'ok', title: team === null ? `The team ${saved.name} was created` : 'Team saved' });
          onSaved(saved);
        },
      },
    );
  }
  return (
    <Dialog
      title={team === null ? 'Create a team' : `Edit ${team.name}`}
      onClose={onClose}
      className="w-[min(27rem,calc(100vw-2rem))]"
    >
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {save.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(save.error)}
            </Notice>
          ) : null}
          <Field label="Name">
            {(control) => (
              <Input
                {...control}
                required
                maxLength={200}
                placeholder="Support"
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Field label="Description" optional>
            {(control) => (
              <Textarea {...control} value={description} onChange={(event) => setDescription(event.target.value)} />
            )}
          </Field>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={save.isPending} disabled={name.trim() === ''}>
            {team === null ? 'Create team' : 'Save team'}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
