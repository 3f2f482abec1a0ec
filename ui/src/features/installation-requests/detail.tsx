import { type FormEvent, useState } from 'react';
import type { InstallationRequest } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { useAddNote, useDecideRequest, type Verdict } from '@/features/installation-requests/queries';
import { entryIn, wantedName } from '@/features/installation-requests/wanted';
import { JsonView } from '@/features/interactions/json-view';
import { useCan } from '@/shell/permissions';

export function RequestDetail({ request, onClose }: { request: InstallationRequest; onClose: () => void }) {
  const decide = useDecideRequest();
  const mayDecide = useCan('mcpServerInstallationRequest', 'admin') && request.status === 'pending';
  const [answer, setAnswer] = useState('');
  const say = (verdict: Verdict['verdict']) =>
    decide.mutate(
      { request, verdict, adminResponse: answer },
      {
        onSuccess: (item) => {
          showToast({
            tone: 'ok',
            title: verdict === 'approve' ? 'Approved' : 'Declined',
            detail: item ? `${item.name} is in the registry and can be installed.` : undefined,
          });
          onClose();
        },
      },
    );
  return (
    <Dialog
      variant="sheet"
      title={wantedName(request)}
      description={
        <>
          Asked for by {request.requestedByName ?? request.requestedBy} <RelativeTime at={request.createdAt} />
        </>
      }
      onClose={onClose}
    >
      <DialogBody>
        {decide.isError ? (
          <Notice tone="error" role="alert">
            {causeOf(decide.error)}
          </Notice>
        ) : null}
        {request.requestReason ? <p className="text-sm whitespace-pre-line">{request.requestReason}</p> : null}
        {request.status === 'pending' ? null : (
          <Notice tone="info">
            {request.status === 'approved' ? 'Approved' : 'Declined'}
            {request.reviewedAt ? (
              <>
                {' '}
                <RelativeTime at={request.reviewedAt} />
              </>
            ) : null}
            {request.adminResponse ? `: ${request.adminResponse}` : '.'}
          </Notice>
        )}
        {request.customServerConfig ? (
          <section aria-label="What would be added" className="rounded-lg border border-line">
            <h3 className="border-b border-line px-3 py-2 text-xs font-medium text-text-2">What would be added</h3>
            <JsonView value={request.customServerConfig} className="p-2" />
          </section>
        ) : null}
        <Notes request={request} />
        {mayDecide && entryIn(request) === null ? (
          <Notice tone="info">It does not say what to start or to call: add it to the catalogue by hand.</Notice>
        ) : null}
        {mayDecide ? (
          <Field label="Your answer" optional>
            {(control) => (
              <Textarea {...control} rows={2} value={answer} onChange={(event) => setAnswer(event.target.value)} />
            )}
          </Field>
        ) : null}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose} className="mr-auto">
          Close
        </Button>
        {mayDecide ? (
          <>
            <Button pending={decide.isPending && decide.variables.verdict === 'decline'} onClick={() => say('decline')}>
              Decline
            </Button>
            <Button
              variant="primary"
              pending={decide.isPending && decide.variables.verdict === 'approve'}
              onClick={() => say('approve')}
            >
              Approve
            </Button>
          </>
        ) : null}
      </DialogFooter>
    </Dialog>
  );
}

function Notes({ request }: { request: InstallationRequest }) {
  const add = useAddNote(request.id);
  const [text, setText] = useState('');
  function submit(event: FormEvent) {
    event.preventDefault();
    if (text.trim() !== '') add.mutate(text.trim(), { onSuccess: () => setText('') });
  }
  return (
    <section aria-label="Notes">
      <h3 className="mb-2 text-sm font-medium">Notes</h3>
      <ol className="flex flex-col gap-2">
        {request.notes.map((note) => (
          <li key={note.id} className="rounded-lg bg-surface-2 px-3 py-2 text-sm">
            <p className="text-xs text-text-3">
              {note.userName}, <RelativeTime at={note.createdAt} />
            </p>
            <p className="whitespace-pre-line">{note.content}</p>
          </li>
        ))}
      </ol>
      <form onSubmit={submit} className="mt-2 flex items-end gap-2">
        <Textarea
          aria-label="A note"
          placeholder="Add a note"
          rows={2}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" pending={add.isPending} disabled={text.trim() === ''}>
          Add
        </Button>
      </form>
      {add.isError ? (
        <p role="alert" className="mt-1 text-xs text-bad-text">
          {causeOf(add.error)}
        </p>
      ) : null}
    </section>
  );
}
