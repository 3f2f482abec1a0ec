import { createFileRoute } from '@tanstack/react-router';
import { GatewaysPage } from '@/features/agent-tools/page';

export const Route = createFileRoute('/_app/gateways/')({ component: GatewaysPage });
