import { Button } from '@/components/ui/button';

type Props = {
  label: string;
  page: number;
  totalPages: number;
  pageSize: number;
  onPage: (page: number) => void;
};

/** Nothing while one page holds everything. */
export function Pager({ label, page, totalPages, pageSize, onPage }: Props) {
  if (totalPages <= 1) return null;
  return (
    <nav aria-label={label} className="flex items-center justify-end gap-2 text-xs text-text-3">
      <span className="tnum">
        Page {page} of {totalPages}, {pageSize} each
      </span>
      <Button size="sm" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        Previous
      </Button>
      <Button size="sm" disabled={page >= totalPages} onClick={() => onPage(page + 1)}>
        Next
      </Button>
    </nav>
  );
}
