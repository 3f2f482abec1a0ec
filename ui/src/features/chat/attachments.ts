/** Files on their way into a message: what is taken, and what to say of the rest. Pure. */
export const ACCEPTED =
  'image/png,image/jpeg,image/gif,image/webp,application/pdf,text/*,.md,.csv,.json,.yaml,.yml,.toml,.xml,.log,.ts,.tsx,.js,.py,.rs,.go,.java,.c,.h,.cpp,.sh,.sql,.html,.css';

export const LARGEST_BYTES = 20_000_000;
export const MOST_FILES = 10;

export type Attached = {
  key: string;
  name: string;
  mimeType: string;
  size: number;
  state: 'uploading' | 'ready' | 'failed';
  /** What the server calls it, once it has it. */
  id: string | null;
  error: string | null;
  /** A picture's own address in this browser. */
  preview: string | null;
};

const IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
const TEXT_TYPES = /^(text\/.*|application\/(json|xml|yaml|x-yaml|toml|javascript|typescript|sql|x-sh))$/;
const TEXT_NAMES =
  /\.(txt|md|csv|tsv|json|jsonl|ya?ml|toml|xml|log|ini|conf|env|[jt]sx?|mjs|py|rs|go|java|kt|c|h|cpp|cs|rb|php|swift|sh|sql|html?|css)$/i;

export function isImage(mimeType: string): boolean {
  return IMAGES.includes(mimeType);
}

/** What the file is sent as; browsers know few of the types of source files. */
export function typeOf(file: { name: string; type: string }): string {
  if (isImage(file.type) || file.type === 'application/pdf') return file.type;
  if (TEXT_TYPES.test(file.type)) return file.type;
  return TEXT_NAMES.test(file.name) ? 'text/plain' : file.type;
}

/** Why a file is not taken, or null. */
export function refusal(file: { name: string; type: string; size: number }, present: number): string | null {
  const type = typeOf(file);
  if (!isImage(type) && type !== 'application/pdf' && !TEXT_TYPES.test(type))
    return `${file.name} is neither a picture (PNG, JPEG, GIF, WebP), a PDF nor text.`;
  if (file.size === 0) return `${file.name} is empty.`;
  if (file.size > LARGEST_BYTES) return `${file.name} is larger than ${LARGEST_BYTES / 1_000_000} MB.`;
  if (present >= MOST_FILES) return `${file.name} is one too many: a message takes ${MOST_FILES} files.`;
  return null;
}
