import { createFileRoute } from '@tanstack/react-router';
import { EditItem } from '@/features/mcp-catalog/edit-item';

export const Route = createFileRoute('/_app/catalog/$itemId')({ component: EditItem });
