import { Code, SquareTerminal, Terminal } from 'lucide-react';
import { cn } from '@/lib/class-names';

type Kind = 'agent' | 'sdk' | 'http';
const KINDS: Record<Kind, { label: string; icon: typeof Code }> = {
  agent: { label: 'Coding agents', icon: SquareTerminal },
  sdk: { label: 'SDKs', icon: Code },
  http: { label: 'Plain HTTP', icon: Terminal },
};

type Props = {
  clients: readonly { id: string; name: string; kind: Kind }[];
  chosen: string;
  onChoose: (id: string) => void;
};

export function ClientList({ clients, chosen, onChoose }: Props) {
  return (
    <nav aria-label="Clients" className="flex flex-col gap-4 lg:sticky lg:top-6">
      {(Object.keys(KINDS) as Kind[]).map((kind) => {
        const { label, icon: Icon } = KINDS[kind];
        return (
          <div key={kind}>
            <h2 className="mb-1 px-2 text-2xs font-medium text-text-3">{label}</h2>
            <ul className="flex flex-col gap-0.5 max-lg:flex-row max-lg:flex-wrap">
              {clients
                .filter((client) => client.kind === kind)
                .map((client) => (
                  <li key={client.id}>
                    <button
                      type="button"
                      aria-current={client.id === chosen ? 'true' : undefined}
                      onClick={() => onChoose(client.id)}
                      className={cn(
                        'flex h-8 w-full items-center gap-2.5 rounded-md px-2 text-sm transition-colors',
                        client.id === chosen
                          ? 'bg-accent-soft font-medium text-accent-text'
                          : 'text-text-2 hover:bg-surface-3 hover:text-text',
                      )}
                    >
                      <Icon className="size-4" aria-hidden />
                      {client.name}
                    </button>
                  </li>
                ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}
