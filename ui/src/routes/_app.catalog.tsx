import { createFileRoute } from '@tanstack/react-router';
import { CatalogPage } from '@/features/mcp-catalog/page';
import { catalogSearch } from '@/features/mcp-catalog/search';

export const Route = createFileRoute('/_app/catalog')({ validateSearch: catalogSearch, component: CatalogPage });
