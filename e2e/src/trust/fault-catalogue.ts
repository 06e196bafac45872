/** A row of `docs/faults.md`. */
export interface CataloguedFault {
  /** `F1` */
  readonly id: string;
  readonly fault: string;
  /** What happens then. */
  readonly outcome: string;
  /** The cell that names the tests. */
  readonly shownBy: string;
  /** The tests that it names, as `run-store/test/lock.test.ts`; none where what it needs is not built. */
  readonly tests: readonly string[];
}

/** The rows of `docs/faults.md`. */
export const readFaultCatalogue = (markdown: string): CataloguedFault[] =>
  markdown
    .split('\n')
    .filter((line) => /^\| F\d/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, id = '', fault = '', outcome = '', shownBy = '']) => ({
      id,
      fault,
      outcome,
      shownBy,
      tests: testsNamedIn(shownBy),
    }));

/** The tests that a text names in backquotes. */
export const testsNamedIn = (text: string): string[] =>
  [...text.matchAll(/`([^`*]+\.test\.ts)`/g)].map(([, name = '']) => name);
