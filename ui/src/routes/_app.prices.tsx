import { createFileRoute } from '@tanstack/react-router';
import { TokenPricesPage } from '@/features/token-prices/page';
import { tokenPricesSearch } from '@/features/token-prices/search';

export const Route = createFileRoute('/_app/prices')({ validateSearch: tokenPricesSearch, component: TokenPricesPage });
