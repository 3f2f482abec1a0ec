import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Select, Textarea } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useAskForServer } from '@/features/installation-requests/queries';
import { entryOf } from '@/features/mcp-catalog/describe';
import { builtinCatalogQuery } from '@/features/mcp-catalog/queries';

/** `wanted` is the slug of an offered server, or anything else for one that is described. */
export function AskForServer({ wanted, onClose }: { wanted: string; onClose: () => void }) {
  const offered = useQuery(builtinCatalogQuery).data?.items ?? [];
  const ask = useAskForServer();
  const [slug, setSlug] = useState(wanted);
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const [reason, setReason] = useState('');
  const item = offered.find((each) => each.slug === slug);

  function submit(event: FormEvent) {
    event.preventDefault();
    ask.mutate(
      {
        externalCatalogId: item?.slug ?? null,
        customServerConfig: item
          ? entryOf(item)
          : { name: name.trim(), serverType: 'remote', serverUrl: address.trim() || null },
        requestReason: reason.trim() === '' ? null : reason.trim(),
      },
      {
        onSuccess: () => {
          showToast({ tone: 'ok', title: 'Asked', detail: 'You see the answer on this page.' });
          onClose();
        },
      },
    );
  }

  return (
    <Dialog title="Ask for a server" onClose={onClose}>
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {ask.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(ask.error)}
            </Notice>
          ) : null}
          <Field label="Server">
            {(control) => (
              <Select {...control} value={item ? slug : 'other'} onChange={(event) => setSlug(event.target.value)}>
                <option value="other">Another one…</option>
                {offered.map((each) => (
                  <option key={each.slug} value={each.slug}>
                    {each.title}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {item ? (
            item.description ? (
              <p className="text-sm text-text-2">{item.description}</p>
            ) : null
          ) : (
            <>
              <Field label="Its name">
                {(control) => (
                  <Input {...control} required value={name} onChange={(event) => setName(event.target.value)} />
                )}
              </Field>
              <Field label="Where it is" hint="Its address or its repository." optional>
                {(control) => (
                  <Input {...control} value={address} onChange={(event) => setAddress(event.target.value)} />
                )}
              </Field>
            </>
          )}
          <Field label="What for" optional>
            {(control) => (
              <Textarea {...control} rows={3} value={reason} onChange={(event) => setReason(event.target.value)} />
            )}
          </Field>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="primary"
            pending={ask.isPending}
            disabled={item === undefined && name.trim() === ''}
          >
            Ask
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
