/** What a line that begins with a slash can do. Pure. */
export type Command = { name: string; description: string; argument?: string; words?: string };

export type Typed = { name: string; argument: string };

/** The command being typed, or null when the text is a message: only its first word decides. */
export function typedCommand(text: string): Typed | null {
  const match = /^\/([\w-]*)(?:[ \t]+([^\n]*))?$/.exec(text);
  return match === null ? null : { name: match[1] ?? '', argument: (match[2] ?? '').trim() };
}

/** Those that fit what is typed so far: by how they begin first, then by what they are about. */
export function fitting<T extends Command>(commands: readonly T[], typed: Typed): T[] {
  const wanted = typed.name.toLowerCase();
  const begins = commands.filter((command) => command.name.startsWith(wanted));
  const about = commands.filter(
    (command) =>
      !command.name.startsWith(wanted) &&
      wanted.length > 1 &&
      `${command.name} ${command.words ?? ''} ${command.description}`.toLowerCase().includes(wanted),
  );
  return [...begins, ...about];
}

/** A name as a command has it: "Weekly report!" is /weekly-report. */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
}
