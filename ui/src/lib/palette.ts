/** The look of the organization: its font, how far hues are turned from the usual ones, and how strong they are. */
const KEY = 'archestra.palette';
const ACCENT_HUE = 212;
const NEUTRAL_HUE = 230;

type Palette = { accent: number; vivid: number; neutral: number; tinge: number };

const USUAL: Palette = { accent: ACCENT_HUE, vivid: 1, neutral: NEUTRAL_HUE, tinge: 1 };

/** By the names that the published contract has for themes. */
export const PALETTES: Record<string, Palette> = {
  'cosmic-night': USUAL,
  'amber-minimal': { accent: 70, vivid: 1.15, neutral: 80, tinge: 0.6 },
  'boxy-minimalistic': { accent: 250, vivid: 1.2, neutral: 260, tinge: 0.4 },
  bubblegum: { accent: 355, vivid: 1.6, neutral: 350, tinge: 1.4 },
  caffeine: { accent: 50, vivid: 0.7, neutral: 60, tinge: 1.2 },
  catppuccin: { accent: 300, vivid: 1.4, neutral: 285, tinge: 1.6 },
  claude: { accent: 40, vivid: 1.3, neutral: 75, tinge: 1 },
  'clean-slate': { accent: 275, vivid: 1.5, neutral: 255, tinge: 1 },
  'doom-64': { accent: 28, vivid: 1.5, neutral: 110, tinge: 0.5 },
  'dracula-dark': { accent: 320, vivid: 1.6, neutral: 280, tinge: 1.6 },
  'gruvbox-dark': { accent: 85, vivid: 1, neutral: 75, tinge: 1.5 },
  'mocha-mousse': { accent: 45, vivid: 0.7, neutral: 55, tinge: 1.6 },
  'modern-minimal': { accent: 258, vivid: 1.7, neutral: 250, tinge: 0.7 },
  mono: { accent: ACCENT_HUE, vivid: 0.1, neutral: NEUTRAL_HUE, tinge: 0 },
  'monokai-dark': { accent: 130, vivid: 1.2, neutral: 110, tinge: 0.8 },
  'moonlight-dark': { accent: 265, vivid: 1.3, neutral: 265, tinge: 1.8 },
  nature: { accent: 150, vivid: 1.2, neutral: 140, tinge: 1 },
  'neo-brutalism': { accent: 25, vivid: 1.9, neutral: 90, tinge: 0.2 },
  'solarized-dark': { accent: 190, vivid: 1, neutral: 200, tinge: 2 },
  'sunset-horizon': { accent: 35, vivid: 1.5, neutral: 30, tinge: 1.2 },
  tangerine: { accent: 50, vivid: 1.5, neutral: NEUTRAL_HUE, tinge: 1 },
  twitter: { accent: 240, vivid: 1.6, neutral: 240, tinge: 1 },
  vercel: { accent: ACCENT_HUE, vivid: 0, neutral: NEUTRAL_HUE, tinge: 0 },
  'vintage-paper': { accent: 65, vivid: 0.8, neutral: 80, tinge: 2 },
};

/** By the names that the published contract has. */
export const FONTS: Record<string, { name: string; family: string }> = {
  inter: { name: 'Inter', family: 'Inter Variable' },
  lato: { name: 'Lato', family: 'Lato' },
  'open-sans': { name: 'Open Sans', family: 'Open Sans Variable' },
  roboto: { name: 'Roboto', family: 'Roboto Variable' },
  'source-sans-pro': { name: 'Source Sans', family: 'Source Sans 3 Variable' },
  'jetbrains-mono': { name: 'JetBrains Mono', family: 'JetBrains Mono Variable' },
};

export function familyOf(font: string): string {
  return `'${(FONTS[font] ?? { family: 'Inter Variable' }).family}'`;
}

export function applyLook(theme: string, font: string): void {
  const { accent, vivid, neutral, tinge } = PALETTES[theme] ?? USUAL;
  const properties: Record<string, string> = {
    '--accent-turn': String(accent - ACCENT_HUE),
    '--vivid': String(vivid),
    '--turn': String(neutral - NEUTRAL_HUE),
    '--tinge': String(tinge),
    '--font-ui': familyOf(font),
  };
  for (const [name, value] of Object.entries(properties)) document.documentElement.style.setProperty(name, value);
  try {
    localStorage.setItem(KEY, JSON.stringify(properties));
  } catch {
    // Without storage the next page begins with the usual colours for a moment.
  }
}

/** A dot of the palette's accent. */
export function swatchOf(theme: string): string {
  const { accent, vivid } = PALETTES[theme] ?? USUAL;
  return `oklch(0.6 ${0.11 * vivid} ${accent})`;
}
