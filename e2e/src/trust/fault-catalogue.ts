/** A fault that `docs/faults.md` lists. */
export interface CataloguedFault {
  /** `F1` */
  readonly id: string;
  /** The tests that show what happens then, as `run-store/test/lock.test.ts`; none where what it needs is not built. */
  readonly tests: readonly string[];
}

/** The rows of `docs/faults.md`. */
export function readFaultCatalogue(markdown: string): CataloguedFault[] {
  return markdown.split('\n').flatMap((line) => {
    const [, id] = /^\| (F\d+) +\|/.exec(line) ?? [];
    if (id === undefined) return [];
    return [{ id, tests: [...line.matchAll(/`([^`]+\.test\.ts)`/g)].map(([, name = '']) => name) }];
  });
}
