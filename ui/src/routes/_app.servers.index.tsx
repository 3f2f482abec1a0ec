import { createFileRoute } from '@tanstack/react-router';
import { ServersPage } from '@/features/mcp-servers/page';
import { serversSearch } from '@/features/mcp-servers/search';

export const Route = createFileRoute('/_app/servers/')({ validateSearch: serversSearch, component: ServersPage });
