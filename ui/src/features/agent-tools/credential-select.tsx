import { useQuery } from '@tanstack/react-query';
import type { McpServer } from '@/api/mcp';
import { Select } from '@/components/ui/input';
import type { CredentialChange } from '@/features/agent-tools/queries';
import { serversQuery } from '@/features/mcp-servers/queries';
import { ownerOf } from '@/features/mcp-servers/status';

type Props = {
  label: string;
  /** Installations of other entries cannot serve these tools; null leaves only the caller's own. */
  catalogId: string | null;
  value: CredentialChange;
  disabled?: boolean;
  onChange: (change: CredentialChange) => void;
};

const NO_SERVERS: McpServer[] = [];

/** Whose installation answers a call: the caller's, or always the same one. */
export function CredentialSelect({ label, catalogId, value, disabled, onChange }: Props) {
  const servers = useQuery(serversQuery).data ?? NO_SERVERS;
  const fitting = servers.filter((server) => server.catalogId === catalogId);
  return (
    <Select
      aria-label={label}
      className="w-56"
      disabled={disabled}
      value={value.credentialResolutionMode === 'static' ? (value.mcpServerId ?? '') : ''}
      onChange={(event) =>
        onChange(
          event.target.value === ''
            ? { credentialResolutionMode: 'dynamic', mcpServerId: null }
            : { credentialResolutionMode: 'static', mcpServerId: event.target.value },
        )
      }
    >
      <option value="">Whoever calls: their own</option>
      {fitting.map((server) => (
        <option key={server.id} value={server.id}>
          Always {server.name} ({ownerOf(server)})
        </option>
      ))}
    </Select>
  );
}
