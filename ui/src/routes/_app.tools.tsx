import { createFileRoute } from '@tanstack/react-router';
import { ToolPoliciesPage } from '@/features/tool-policies/page';
import { toolsSearch } from '@/features/tool-policies/search';

export const Route = createFileRoute('/_app/tools')({ validateSearch: toolsSearch, component: ToolPoliciesPage });
