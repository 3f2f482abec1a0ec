import { useQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Team } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { externalGroupsQuery, useAddExternalGroup, useRemoveExternalGroup } from '@/features/teams/queries';

/** Groups of an identity provider whose people are put into the team when they sign in. */
export function ExternalGroups({ team, mayChange }: { team: Team; mayChange: boolean }) {
  const groups = useQuery(externalGroupsQuery(team.id));
  const add = useAddExternalGroup(team.id);
  const remove = useRemoveExternalGroup(team.id);
  const [identifier, setIdentifier] = useState('');
  function submit(event: FormEvent) {
    event.preventDefault();
    add.mutate(identifier.trim(), { onSuccess: () => setIdentifier('') });
  }
  return (
    <Card aria-label="External groups">
      <CardHeader
        title="External groups"
        description="Whoever signs in through an identity provider and is in one of these groups there is put into this team, and taken out again when the group no longer has them."
      />
      {mayChange ? (
        <form onSubmit={submit} className="flex flex-col gap-2 px-4 pb-3">
          <div className="flex flex-wrap items-center gap-2">
            <Input
              aria-label="Group to add"
              className="w-72 font-mono text-xs"
              spellCheck={false}
              autoComplete="off"
              placeholder="engineering or CN=Support,OU=Groups"
              maxLength={500}
              value={identifier}
              onChange={(event) => setIdentifier(event.target.value)}
            />
            <Button type="submit" pending={add.isPending} disabled={identifier.trim() === ''}>
              Add group
            </Button>
          </div>
          {add.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(add.error)}
            </Notice>
          ) : null}
        </form>
      ) : null}
      {groups.isLoadingError ? (
        <ErrorState title="The groups could not be read" error={groups.error} onRetry={() => void groups.refetch()} />
      ) : groups.isPending ? (
        <SkeletonRows rows={1} />
      ) : groups.data.length === 0 ? (
        <p className="border-t border-line px-4 py-3 text-sm text-text-3">None: people are only added by hand.</p>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {groups.data.map((group) => (
            <li key={group.id} className="flex items-center gap-3 px-4 py-2 text-sm">
              <code className="min-w-0 flex-1 font-mono text-xs break-all">{group.groupIdentifier}</code>
              {mayChange ? (
                <Button
                  variant="ghost"
                  size="iconSm"
                  aria-label={`Remove the group ${group.groupIdentifier}`}
                  onClick={() =>
                    remove.mutate(group.id, {
                      onError: (error) => showToast({ tone: 'bad', title: 'The group stays', detail: causeOf(error) }),
                    })
                  }
                >
                  <Trash2 aria-hidden />
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
