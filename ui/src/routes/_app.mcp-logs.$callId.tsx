import { createFileRoute } from '@tanstack/react-router';
import { ToolCallDrawer } from '@/features/mcp-tool-calls/detail';

export const Route = createFileRoute('/_app/mcp-logs/$callId')({ component: ToolCallDrawer });
