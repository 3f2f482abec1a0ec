import { useQuery } from '@tanstack/react-query';
import { Bot } from 'lucide-react';
import { allAgentsQuery } from '@/features/agents/queries';

type Props = { value: string; onChange: (agentId: string) => void };

export function AgentPicker({ value, onChange }: Props) {
  const agents = useQuery(allAgentsQuery);
  const known = agents.data?.some(({ id }) => id === value);
  return (
    <label className="flex h-8 max-w-40 min-w-0 max-sm:min-w-20 items-center gap-1.5 rounded-md pl-2 text-xs font-medium text-text-2 hover:bg-surface-3 hover:text-text">
      <Bot className="size-4 shrink-0" aria-hidden />
      <span className="sr-only">Profile</span>
      <select
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-8 min-w-0 flex-1 truncate bg-transparent pr-1 [&_option]:bg-surface [&_option]:text-text"
      >
        {known ? null : <option value={value}>…</option>}
        {agents.data?.map((agent) => (
          <option key={agent.id} value={agent.id}>
            {agent.name}
          </option>
        ))}
      </select>
    </label>
  );
}
