import { createFileRoute } from '@tanstack/react-router';
import { GatewayPage } from '@/features/agent-tools/gateway';
import { gatewaySearch } from '@/features/agent-tools/search';

export const Route = createFileRoute('/_app/gateways/$agentId')({
  validateSearch: gatewaySearch,
  component: GatewayPage,
});
