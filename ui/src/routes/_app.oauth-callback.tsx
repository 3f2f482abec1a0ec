import { createFileRoute } from '@tanstack/react-router';
import { OAuthCallbackPage } from '@/features/mcp-servers/oauth-callback';

export const Route = createFileRoute('/_app/oauth-callback')({ component: OAuthCallbackPage });
