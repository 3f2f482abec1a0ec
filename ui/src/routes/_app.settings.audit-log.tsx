import { createFileRoute } from '@tanstack/react-router';
import { AuditLogPage } from '@/features/audit-log/page';
import { auditSearch } from '@/features/audit-log/search';

export const Route = createFileRoute('/_app/settings/audit-log')({
  validateSearch: auditSearch,
  component: AuditLogPage,
});
