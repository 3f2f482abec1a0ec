import { createFileRoute } from '@tanstack/react-router';
import { ToolCallsPage } from '@/features/mcp-tool-calls/page';
import { toolCallsSearch } from '@/features/mcp-tool-calls/search';

export const Route = createFileRoute('/_app/mcp-logs')({ validateSearch: toolCallsSearch, component: ToolCallsPage });
