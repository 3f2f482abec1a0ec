import { createFileRoute } from '@tanstack/react-router';
import { EditAgent } from '@/features/agents/edit-agent';

export const Route = createFileRoute('/_app/agents/$agentId')({ component: EditAgent });
