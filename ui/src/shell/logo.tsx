export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden>
      <rect width="32" height="32" rx="8" fill="#0f6b7c" />
      <path d="M6.5 22.5a9.5 9.5 0 0 1 19 0" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
      <path
        d="M11.5 22.5a4.5 4.5 0 0 1 9 0"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
        opacity=".62"
      />
      <circle cx="16" cy="9" r="1.9" fill="#fff" />
    </svg>
  );
}
