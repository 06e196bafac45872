import { describe, expect, it } from 'vitest';
import { createWriteBacklog, type WriteBacklog } from '../src/write-backlog.js';

const bytes = (text: string) => Buffer.from(text);

/** What is written when the disk takes everything that waits. */
function drained(backlog: WriteBacklog): string[] {
  const written: string[] = [];
  for (let write = backlog.first(); write !== undefined; write = backlog.first()) {
    const content = write.kind === 'fill' ? `${write.length} x ${write.filler.toString()}` : write.bytes.toString();
    written.push(`${write.kind} ${write.file}: ${content}`);
    backlog.removeFirst();
  }
  return written;
}

describe('a backlog of writes', () => {
  it('keeps the order of the calls', () => {
    const backlog = createWriteBacklog(100);
    backlog.append('a', bytes('one'), undefined);
    backlog.replace('b', bytes('two'));
    backlog.append('a', bytes('three'), bytes('-'));
    expect(drained(backlog)).toEqual(['append a: one', 'replace b: two', 'append a: three']);
    expect(backlog.lost).toEqual({});
  });

  it('keeps only the last replacement of a file, and the first write whatever it is', () => {
    const backlog = createWriteBacklog(6);
    for (const content of ['one', 'two', 'six', 'ten']) backlog.replace('a', bytes(content));
    backlog.replace('b', bytes(''));
    expect(drained(backlog)).toEqual(['replace a: one', 'replace a: ten', 'replace b: ']);
  });

  it('drops the oldest appends beyond the limit, but never the first write or a replacement', () => {
    const backlog = createWriteBacklog(8);
    for (const content of ['1111', '2222']) backlog.append('a', bytes(content), undefined);
    backlog.replace('b', bytes('3333'));
    backlog.append('c', bytes('4444'), undefined);
    expect(backlog.lost).toEqual({ a: 1, c: 1 });
    expect(drained(backlog)).toEqual(['append a: 1111', 'replace b: 3333']);
  });

  it('puts filler of the same length in the place of dropped appends, one entry for those of a file', () => {
    const backlog = createWriteBacklog(9);
    backlog.append('a', bytes('first'), bytes('-'));
    for (const content of ['22', '3333', '4']) {
      backlog.append('a', bytes(content), bytes('-'));
      backlog.append('b', bytes(content), bytes('+'));
    }
    expect(backlog.lost).toEqual({ a: 2, b: 2 });
    expect(drained(backlog)).toEqual([
      'append a: first',
      'fill a: 6 x -',
      'fill b: 6 x +',
      'append a: 4',
      'append b: 4',
    ]);
  });

  it('has room again for what was written', () => {
    const backlog = createWriteBacklog(4);
    for (let round = 0; round < 3; round++) {
      backlog.append('a', bytes('1111'), undefined);
      backlog.removeFirst();
    }
    backlog.append('a', bytes('22'), undefined);
    backlog.append('a', bytes('33'), undefined);
    expect(backlog.lost).toEqual({});
  });

  it('does not lengthen filler that is being written', () => {
    const backlog = createWriteBacklog(5);
    for (const content of ['first', '22', '33']) backlog.append('a', bytes(content), bytes('-'));
    backlog.removeFirst();
    expect(backlog.first()).toMatchObject({ kind: 'fill', length: 4 });
    backlog.append('a', bytes('444'), bytes('-'));
    backlog.append('a', bytes('555'), bytes('-'));
    expect(backlog.first()).toMatchObject({ kind: 'fill', length: 4 });
    expect(drained(backlog)).toEqual(['fill a: 4 x -', 'fill a: 3 x -', 'append a: 555']);
  });

  it('has room again for a replacement that was replaced', () => {
    const backlog = createWriteBacklog(10);
    backlog.append('a', bytes('11'), undefined);
    for (let round = 0; round < 5; round++) backlog.replace('b', bytes('4444'));
    backlog.append('a', bytes('22'), undefined);
    expect(backlog.lost).toEqual({});
  });
});
