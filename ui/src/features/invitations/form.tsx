import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { NewInvitation } from '@/api/access';
import { Button } from '@/components/ui/button';
import { CodeBlock } from '@/components/ui/code-block';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { useInvite } from '@/features/invitations/queries';
import { teamsQuery } from '@/features/mcp-servers/queries';
import { describeRole } from '@/features/roles/describe';
import { allPermissionsQuery, rolesQuery } from '@/features/roles/queries';
import { formatDateTime } from '@/lib/format';

const DAY = 86_400;
const LIFETIMES = [
  { label: '1 day', seconds: DAY },
  { label: '7 days', seconds: 7 * DAY },
  { label: '30 days', seconds: 30 * DAY },
];

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const invite = useInvite();
  return invite.data ? (
    <InvitationLink invitation={invite.data} onClose={onClose} />
  ) : (
    <InviteForm invite={invite} onClose={onClose} />
  );
}

function InviteForm({ invite, onClose }: { invite: ReturnType<typeof useInvite>; onClose: () => void }) {
  const roles = useQuery(rolesQuery);
  const permissions = useQuery(allPermissionsQuery);
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('member');
  const [teamIds, setTeamIds] = useState<string[]>([]);
  const [seconds, setSeconds] = useState(7 * DAY);
  const chosen = roles.data?.find(({ name }) => name === role);
  function submit(event: FormEvent) {
    event.preventDefault();
    invite.mutate({ email: email.trim(), role, teamIds, expiresIn: seconds });
  }
  return (
    <Dialog
      title="Invite somebody"
      description="You get a link to pass on. No mail is sent."
      onClose={onClose}
      className="w-[min(28rem,calc(100vw-2rem))]"
    >
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {invite.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(invite.error)}
            </Notice>
          ) : null}
          <Field label="Email" hint="They sign in with this address; the link works for nobody else.">
            {(control) => (
              <Input
                {...control}
                type="email"
                required
                autoComplete="off"
                placeholder="ann@example.com"
                value={email}
                onChange={(event) => setEmail(event.target.value)}
              />
            )}
          </Field>
          <Field label="Role" hint={chosen ? describeRole(chosen, permissions.data) : 'What they may do.'}>
            {(control) => (
              <Select {...control} value={role} onChange={(event) => setRole(event.target.value)}>
                {roles.data?.map(({ id, name }) => <option key={id}>{name}</option>) ?? <option>{role}</option>}
              </Select>
            )}
          </Field>
          <TeamChoice chosen={teamIds} onChange={setTeamIds} />
          <Field label="The link works for">
            {(control) => (
              <Select {...control} value={seconds} onChange={(event) => setSeconds(Number(event.target.value))}>
                {LIFETIMES.map((lifetime) => (
                  <option key={lifetime.seconds} value={lifetime.seconds}>
                    {lifetime.label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={invite.isPending} disabled={email.trim() === ''}>
            Create the link
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

function TeamChoice({ chosen, onChange }: { chosen: string[]; onChange: (ids: string[]) => void }) {
  const teams = useQuery(teamsQuery);
  if (!teams.data || teams.data.length === 0) return null;
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">
        Teams <span className="ml-1 font-normal text-text-3">optional</span>
      </legend>
      <div className="max-h-36 overflow-y-auto rounded-md border border-line p-1">
        {teams.data.map(({ id, name }) => (
          <label
            key={id}
            className="flex cursor-pointer items-center gap-2 rounded px-2 py-1 text-sm hover:bg-surface-2"
          >
            <input
              type="checkbox"
              className="size-4 accent-(--accent)"
              checked={chosen.includes(id)}
              onChange={({ target }) =>
                onChange(target.checked ? [...chosen, id] : chosen.filter((each) => each !== id))
              }
            />
            <span className="truncate">{name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function InvitationLink({ invitation, onClose }: { invitation: NewInvitation; onClose: () => void }) {
  return (
    <Dialog title={`Link for ${invitation.email}`} onClose={onClose}>
      <DialogBody>
        <Notice tone="warning">
          Pass it on yourself: no mail is sent, and this is the only time it is shown. Until{' '}
          {formatDateTime(invitation.expiresAt)} whoever has it can join as {invitation.role}.
        </Notice>
        <CodeBlock code={invitation.url} label="Invitation link" />
      </DialogBody>
      <DialogFooter>
        <Button variant="primary" onClick={onClose}>
          I have copied it
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
