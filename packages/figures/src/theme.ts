/** Colours of one look. Lines stand out from the background by 3:1 at least, text by 4.5:1. */
export interface Theme {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  /** Hues of Okabe and Ito's order, told apart by the colour-blind; at least seven. */
  readonly lines: readonly string[];
  /** The strongest line of a chart: near black on light, near white on dark. */
  readonly ink: string;
  /** Behind values that agree. */
  readonly band: string;
  /** Behind steps whose value is not a number. */
  readonly gap: string;
}

export type ThemeName = 'light' | 'dark';

export const FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif';

export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  light: {
    background: '#ffffff',
    text: '#1c2733',
    muted: '#566370',
    grid: '#e6eaee',
    lines: ['#0b62a8', '#c2410c', '#00795c', '#9b4a86', '#2f86b8', '#9a6200', '#44515e'],
    ink: '#12283f',
    band: 'rgba(0, 121, 92, 0.14)',
    gap: 'rgba(190, 30, 45, 0.16)',
  },
  dark: {
    background: '#151b23',
    text: '#e4ebf2',
    muted: '#98a6b5',
    grid: '#28313c',
    lines: ['#6cb2f7', '#ff9360', '#3fcfa2', '#e09aca', '#8ed2f3', '#eeb84c', '#a9b7c5'],
    ink: '#f1f6fb',
    band: 'rgba(63, 207, 162, 0.16)',
    gap: 'rgba(255, 110, 120, 0.22)',
  },
};
