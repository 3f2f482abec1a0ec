import { createFileRoute } from '@tanstack/react-router';
import { PasteItem } from '@/features/mcp-catalog/paste';

export const Route = createFileRoute('/_app/catalog/paste')({ component: PasteItem });
