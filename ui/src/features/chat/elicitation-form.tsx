import { useMutation } from '@tanstack/react-query';
import { ExternalLink, MessageCircleQuestion } from 'lucide-react';
import { type FormEvent, useMemo, useState } from 'react';
import type { Elicitation } from '@/api/chat';
import { Button, buttonClass } from '@/components/ui/button';
import { causeOf } from '@/components/ui/states';
import { answerElicitation } from '@/features/chat/queries';
import { argumentsOf, fieldsOf, startValues } from '@/features/tool-inspector/schema';
import { SchemaForm } from '@/features/tool-inspector/schema-form';

type Props = { conversationId: string; elicitation: Elicitation };

/** A server asks the person something in the middle of a call. */
export function ElicitationForm({ conversationId, elicitation }: Props) {
  const fields = useMemo(() => fieldsOf(elicitation.requestedSchema), [elicitation.requestedSchema]);
  const [values, setValues] = useState(() => startValues(fields));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const answer = useMutation({
    mutationFn: (body: Parameters<typeof answerElicitation>[2]) =>
      answerElicitation(conversationId, elicitation.id, body),
  });
  const pending = answer.isPending || answer.isSuccess;
  const isLink = elicitation.mode === 'url';

  function submit(event: FormEvent) {
    event.preventDefault();
    if (isLink) return answer.mutate({ action: 'accept' });
    const read = argumentsOf(fields, values);
    const missing = fields.filter((field) => field.required && (values[field.name] ?? '').trim() === '');
    const wrong = { ...read.errors, ...Object.fromEntries(missing.map((field) => [field.name, 'It must be given.'])) };
    setErrors(wrong);
    if (Object.keys(wrong).length === 0) answer.mutate({ action: 'accept', content: read.arguments });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-3 border-t border-warn px-3 py-3">
      <p className="flex items-start gap-2 text-sm font-medium">
        <MessageCircleQuestion className="mt-0.5 size-4 shrink-0 text-warn-text" aria-hidden />
        <span className="break-words whitespace-pre-wrap">{elicitation.message}</span>
      </p>
      {isLink ? <Address url={elicitation.url ?? ''} /> : null}
      {isLink ? null : <SchemaForm fields={fields} values={values} errors={errors} onChange={setValues} />}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" pending={pending}>
          {isLink ? 'I have done it' : 'Send'}
        </Button>
        <Button disabled={pending} onClick={() => answer.mutate({ action: 'decline' })}>
          Decline
        </Button>
        <Button variant="ghost" disabled={pending} onClick={() => answer.mutate({ action: 'cancel' })}>
          Cancel the call
        </Button>
      </div>
      <p className="text-xs text-text-3">
        What you send goes to this server. Never give it a password of something else.
      </p>
      {answer.isError ? (
        <p role="alert" className="text-xs text-bad-text">
          {causeOf(answer.error)}
        </p>
      ) : null}
    </form>
  );
}

/** The whole address is shown before anyone goes there; only the web's own schemes can be opened. */
function Address({ url }: { url: string }) {
  const safe = /^https?:\/\//i.test(url);
  return (
    <p className="flex flex-wrap items-center gap-2 text-xs">
      <code className="font-mono break-all text-text-2">{url}</code>
      {safe ? (
        <a href={url} target="_blank" rel="noreferrer noopener" className={buttonClass({ size: 'sm' })}>
          <ExternalLink aria-hidden /> Open it<span className="sr-only"> (in a new tab)</span>
        </a>
      ) : null}
    </p>
  );
}
