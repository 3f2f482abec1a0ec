import { useQuery } from '@tanstack/react-query';
import { MailPlus, RefreshCw, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Invitation, InvitationStatus, NewInvitation } from '@/api/access';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { InvitationLink } from '@/features/invitations/form';
import { invitationsQuery, useCancelInvitation, useRenewInvitation } from '@/features/invitations/queries';
import { RoleBadge, TeamBadges } from '@/features/people/table';
import { useCan } from '@/shell/permissions';

const TONES: Record<InvitationStatus, 'accent' | 'warn' | 'ok' | 'neutral'> = {
  pending: 'accent',
  expired: 'warn',
  accepted: 'ok',
  canceled: 'neutral',
};

export function Invitations({ onInvite }: { onInvite: () => void }) {
  const mayCreate = useCan('invitation', 'create');
  const invitations = useQuery({ ...invitationsQuery, enabled: mayCreate });
  const renew = useRenewInvitation();
  const mayCancel = useCan('invitation', 'cancel');
  const [past, setPast] = useState(false);
  const [renewed, setRenewed] = useState<NewInvitation | null>(null);
  const [doomed, setDoomed] = useState<Invitation | null>(null);
  const renewLink = renew.mutate;
  // The same columns for as long as they can be: new ones would take the focus from a button.
  const columnsShown = useMemo(
    () =>
      columns({
        mayCancel,
        onCancel: setDoomed,
        onRenew: ({ id }) =>
          renewLink(id, {
            onSuccess: setRenewed,
            onError: (error) => showToast({ tone: 'bad', title: 'There is no new link', detail: causeOf(error) }),
          }),
      }),
    [mayCancel, renewLink],
  );
  // Who may not invite reads no invitations either.
  if (!mayCreate) return null;
  const all = invitations.data ?? [];
  const open = all.filter(isOpen);
  const shown = past ? all : open;

  return (
    <Card aria-label="Invitations">
      <CardHeader
        title="Invitations"
        description="Links that were made and not used yet. A new link ends the old one."
        actions={
          all.length > open.length ? (
            <Button size="sm" variant="ghost" onClick={() => setPast(!past)}>
              {past ? 'Only open ones' : `Show ${all.length - open.length} past`}
            </Button>
          ) : null
        }
      />
      {invitations.isLoadingError ? (
        <ErrorState
          title="The invitations could not be read"
          error={invitations.error}
          onRetry={() => void invitations.refetch()}
        />
      ) : invitations.isPending ? (
        <SkeletonRows rows={2} />
      ) : shown.length === 0 ? (
        <EmptyState
          icon={MailPlus}
          title="No open invitations"
          className="border-t border-line py-9"
          actions={<Button onClick={onInvite}>Invite somebody</Button>}
        />
      ) : (
        <div className="border-t border-line">
          <DataTable caption="Invitations" columns={columnsShown} rows={shown} rowId={({ id }) => id} />
        </div>
      )}
      {renewed ? <InvitationLink invitation={renewed} onClose={() => setRenewed(null)} /> : null}
      {doomed ? <CancelDialog invitation={doomed} onClose={() => setDoomed(null)} /> : null}
    </Card>
  );
}

function isOpen({ status }: Invitation): boolean {
  return status === 'pending' || status === 'expired';
}

type Rights = {
  mayCancel: boolean;
  onRenew: (invitation: Invitation) => void;
  onCancel: (invitation: Invitation) => void;
};

function columns({ mayCancel, onRenew, onCancel }: Rights): DataColumn<Invitation>[] {
  return [
    {
      id: 'email',
      header: 'Email',
      cell: ({ row: { original: invitation } }) => (
        <span className="block max-w-72 min-w-0">
          <span className="block truncate font-medium">{invitation.email}</span>
          {invitation.inviterName ? (
            <span className="block truncate text-xs text-text-3">by {invitation.inviterName}</span>
          ) : null}
        </span>
      ),
    },
    {
      id: 'status',
      header: 'Status',
      cell: ({ row }) => <Badge tone={TONES[row.original.status]}>{row.original.status}</Badge>,
    },
    { id: 'role', header: 'Role', cell: ({ row }) => <RoleBadge role={row.original.role} /> },
    { id: 'teams', header: 'Teams', cell: ({ row }) => <TeamBadges teams={row.original.teams} /> },
    {
      id: 'expires',
      header: 'Link ends',
      cell: ({ row }) =>
        isOpen(row.original) ? (
          <RelativeTime at={row.original.expiresAt} className="whitespace-nowrap text-text-2" />
        ) : (
          <span className="text-text-3">–</span>
        ),
    },
    {
      id: 'actions',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right', className: 'w-24' },
      cell: ({ row: { original: invitation } }) =>
        isOpen(invitation) ? (
          <span className="inline-flex gap-1">
            <Button
              variant="ghost"
              size="iconSm"
              aria-label={`New link for ${invitation.email}`}
              title="New link"
              onClick={() => onRenew(invitation)}
            >
              <RefreshCw aria-hidden />
            </Button>
            {mayCancel ? (
              <Button
                variant="ghost"
                size="iconSm"
                aria-label={`Cancel the invitation of ${invitation.email}`}
                title="Cancel"
                onClick={() => onCancel(invitation)}
              >
                <X aria-hidden />
              </Button>
            ) : null}
          </span>
        ) : null,
    },
  ];
}

function CancelDialog({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const cancel = useCancelInvitation();
  return (
    <ConfirmDialog
      title={`Cancel the invitation of ${invitation.email}?`}
      confirmLabel="Cancel invitation"
      pending={cancel.isPending}
      error={cancel.isError ? causeOf(cancel.error) : null}
      onClose={onClose}
      onConfirm={() =>
        cancel.mutate(invitation.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: 'Invitation canceled' });
            onClose();
          },
        })
      }
    >
      Its link stops working at once.
    </ConfirmDialog>
  );
}
