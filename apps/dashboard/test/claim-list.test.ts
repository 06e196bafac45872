import type { Claim } from '@fdr/records';
import { afterEach, expect, it } from 'vitest';
import ClaimList from '../src/paper/ClaimList.vue';
import { mount, unmountAll } from './mount.js';

afterEach(unmountAll);

const claim: Claim = {
  statement: 'The two sides agree.',
  section: 'section 3.1',
  test: 'the ratio is near 1',
  measured: 'O_L / O_R: 1.002 (0.995 to 1.009)',
  tolerance: { low: 0.99, high: 1.01 },
  measurements: [{ quantity: 'O_L / O_R', mean: 1.002, low: 0.995, high: 1.009, verdict: 'holds' }],
  scale: '0.1',
  verdict: 'holds',
};

it('a claim has its verdict with the scale, its interval and its tolerance', () => {
  const shown = mount(ClaimList, { claims: [claim, { ...claim, verdict: 'undecided', tolerance: undefined }] });
  const [first, second] = [...shown.querySelectorAll('li')];
  expect(first?.querySelector('.verdict')?.textContent).toBe('holds at scale 0.1');
  const facts = (item: Element | undefined) => [...(item?.querySelectorAll('dd') ?? [])].map((dd) => dd.textContent);
  expect(facts(first)).toEqual([
    'O_L / O_R: 1.002 (0.995 to 1.009)',
    '0.99 to 1.01',
    'the ratio is near 1',
    'section 3.1',
  ]);
  expect(second?.querySelector('.verdict')?.textContent).toBe('undecided at scale 0.1');
  expect(facts(second)).toHaveLength(3);
});
