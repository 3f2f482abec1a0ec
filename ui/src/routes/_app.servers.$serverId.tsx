import { createFileRoute } from '@tanstack/react-router';
import { ServerPage } from '@/features/mcp-servers/detail';
import { serverDetailSearch } from '@/features/mcp-servers/search';

export const Route = createFileRoute('/_app/servers/$serverId')({
  validateSearch: serverDetailSearch,
  component: ServerPage,
});
