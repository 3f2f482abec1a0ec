import { createFileRoute } from '@tanstack/react-router';
import { CreateItem } from '@/features/mcp-catalog/create-item';

export const Route = createFileRoute('/_app/catalog/new')({ component: CreateItem });
