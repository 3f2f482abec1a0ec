import { Link } from '@tanstack/react-router';
import { Cpu, FlaskConical, KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ChatStatus } from '@/api/chat';
import { Button, buttonClass } from '@/components/ui/button';
import { causeOf } from '@/components/ui/states';
import { useAddLocalServer } from '@/features/chat/queries';
import { useCan } from '@/shell/permissions';

type Props = { status: ChatStatus; onDemo: () => void };

/** Without a key nothing answers yet; these are the ways to change that. */
export function NoModel({ status, onDemo }: Props) {
  const add = useAddLocalServer();
  const mayAdd = useCan('chatSettings', 'create');
  return (
    <section aria-labelledby="no-model" className="w-full rounded-xl border border-line bg-surface p-5 text-left">
      <h2 id="no-model" className="text-base font-semibold">
        There is no model to talk to yet
      </h2>
      <p className="mt-1 text-sm text-text-2">{status.message ?? 'No provider has a key that this profile may use.'}</p>
      <ul className="mt-4 flex flex-col gap-2">
        <Way
          icon={<KeyRound aria-hidden />}
          title="Add a provider’s key"
          note={
            mayAdd
              ? 'OpenAI, Anthropic, Gemini, or any server that speaks like one of them.'
              : 'Ask an administrator for it.'
          }
        >
          {mayAdd ? (
            <Link to="/settings/chat" className={buttonClass({ variant: 'primary' })}>
              Add a key
            </Link>
          ) : null}
        </Way>
        {status.local.map((server) => (
          <Way
            key={server.id}
            icon={<Cpu aria-hidden />}
            title={`${server.name} runs on this machine`}
            note={server.models.length === 0 ? 'It has no model yet.' : server.models.slice(0, 4).join(', ')}
          >
            <Button
              pending={add.isPending}
              disabled={!mayAdd || server.models.length === 0}
              onClick={() => add.mutate({ name: server.name, provider: 'openai', baseUrl: server.baseUrl })}
            >
              Use it
            </Button>
          </Way>
        ))}
        {status.demo === null ? null : (
          <Way
            icon={<FlaskConical aria-hidden />}
            title="Try the tools with the demo model"
            note="It follows a script and is no AI, but the tools it calls are real."
          >
            <Button onClick={onDemo}>Use the demo model</Button>
          </Way>
        )}
      </ul>
      {add.isError ? (
        <p role="alert" className="mt-3 text-sm text-bad-text">
          {causeOf(add.error)}
        </p>
      ) : null}
    </section>
  );
}

type WayProps = { icon: ReactNode; title: string; note: string; children: ReactNode };

function Way({ icon, title, note, children }: WayProps) {
  return (
    <li className="flex flex-wrap items-center gap-3 rounded-lg border border-line px-3 py-2.5">
      <span className="grid size-8 place-items-center rounded-md bg-surface-3 text-text-2 [&_svg]:size-4">{icon}</span>
      <span className="min-w-48 flex-1">
        <span className="block text-sm font-medium">{title}</span>
        <span className="block text-xs text-text-3">{note}</span>
      </span>
      {children}
    </li>
  );
}
