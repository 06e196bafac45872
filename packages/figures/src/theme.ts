/** Hues of Okabe and Ito's order, which colour-blind people can tell apart. `black` is near white on a dark background. */
interface Hues {
  readonly blue: string;
  readonly orange: string;
  readonly green: string;
  readonly purple: string;
  readonly sky: string;
  readonly ochre: string;
  readonly slate: string;
  readonly black: string;
}

/** The name of a line's colour; each theme has its own shade of it. */
export type Hue = keyof Hues;

/** What is not a line. */
interface Surfaces {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  /** Background of the values that count as balanced. */
  readonly band: string;
  /** Background of the epochs in which a value is not finite. */
  readonly gap: string;
}

/** The colours of a chart. Lines have a contrast of at least 3:1 to the background, text of at least 4.5:1. */
export interface Theme extends Surfaces {
  readonly hues: Hues;
  /** The left side of the first relation, O_L. */
  readonly oL: string;
  /** The right side of the first relation, O_R. */
  readonly oR: string;
  /** Their ratio, O_L / O_R. */
  readonly ratio: string;
  /** The mini-batch loss of each step. */
  readonly stepLoss: string;
  /** A half-running average over single steps, the strongest line of a chart. */
  readonly average: string;
  readonly trainData: string;
  readonly testData: string;
  readonly learningRate: string;
}

/** The name of a theme. */
export type ThemeName = 'light' | 'dark';

/** The fonts of a chart on the page. */
export const FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif';

function themeOf(surfaces: Surfaces, hues: Hues): Theme {
  return {
    ...surfaces,
    hues,
    oL: hues.blue,
    oR: hues.orange,
    ratio: hues.blue,
    stepLoss: hues.sky,
    average: hues.black,
    trainData: hues.blue,
    testData: hues.orange,
    learningRate: hues.green,
  };
}

/** The colours of every theme. */
export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  light: themeOf(
    {
      background: '#ffffff',
      text: '#1c2733',
      muted: '#566370',
      grid: '#e6eaee',
      band: 'rgba(0, 121, 92, 0.14)',
      gap: 'rgba(190, 30, 45, 0.16)',
    },
    {
      blue: '#0b62a8',
      orange: '#c2410c',
      green: '#00795c',
      purple: '#9b4a86',
      sky: '#2f86b8',
      ochre: '#9a6200',
      slate: '#44515e',
      black: '#12283f',
    },
  ),
  dark: themeOf(
    {
      background: '#151b23',
      text: '#e4ebf2',
      muted: '#98a6b5',
      grid: '#28313c',
      band: 'rgba(63, 207, 162, 0.16)',
      gap: 'rgba(255, 110, 120, 0.22)',
    },
    {
      blue: '#6cb2f7',
      orange: '#ff9360',
      green: '#3fcfa2',
      purple: '#e09aca',
      sky: '#8ed2f3',
      ochre: '#eeb84c',
      slate: '#a9b7c5',
      black: '#f1f6fb',
    },
  ),
};

/** The order in which hues are given to curves that have no colour of their own. */
const CYCLE: readonly Hue[] = ['blue', 'orange', 'green', 'purple', 'sky', 'ochre', 'slate'];

/** How many curves have different colours under {@link lineColor}. */
export const LINE_COLORS: number = CYCLE.length;

/** The colour of the curve at an index among many. The colours repeat after {@link LINE_COLORS} curves. */
export const lineColor = ({ hues }: Theme, index: number): string => hues[CYCLE[index % CYCLE.length] ?? 'black'];

/** The shade of a hue in a theme. */
export const hueColor = (hue: Hue, theme: ThemeName): string => THEMES[theme].hues[hue];
