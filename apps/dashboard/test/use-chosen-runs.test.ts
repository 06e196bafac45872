import { waitUntil } from '@fdr/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { MAX_COMPARED_RUNS, useChosenRuns } from '../src/runs/use-chosen-runs.js';
import { inScope, stopScopes } from './in-scope.js';

afterEach(stopScopes);

async function chosenRuns(address: string) {
  const router: Router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/', component: { render: () => null } }],
  });
  await router.push(address);
  const { result } = inScope(useChosenRuns, [router]);
  return { result, router };
}

describe('the chosen runs', () => {
  it.each([
    ['/', []],
    ['/?run=a', ['a']],
    ['/?run=b&run=a', ['b', 'a']],
    ['/?run=a&run=b&run=a', ['a', 'b']],
    ['/?run&run=&run=../../etc&run=a', ['a']],
    [`/?${'123456789'.replace(/./g, '&run=r$&').slice(1)}`, ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8']],
  ])('are read from the address %s', async (address, ids) => {
    const { result } = await chosenRuns(address);
    expect(result.chosen.value).toEqual(ids);
  });

  it('are eight at most, one per colour', () => {
    expect(MAX_COMPARED_RUNS).toBe(8);
  });

  it('are written to the address in the order of choosing, beside what else it holds', async () => {
    const { result, router } = await chosenRuns('/?other=1');
    const settled = (ids: string[]) => waitUntil(() => result.chosen.value.join() === ids.join());
    result.choose('b', true);
    await settled(['b']);
    result.choose('a', true);
    await settled(['b', 'a']);
    expect(router.currentRoute.value.fullPath).toBe('/?other=1&run=b&run=a');
    result.choose('b', true);
    await settled(['a', 'b']);
    result.choose('a', false);
    await settled(['b']);
    expect(router.currentRoute.value.query).toEqual({ other: '1', run: ['b'] });
  });

  it('leave no entry in the browser’s history', async () => {
    const { result, router } = await chosenRuns('/');
    const push = vi.spyOn(router, 'push');
    const replace = vi.spyOn(router, 'replace');
    result.choose('a', true);
    await waitUntil(() => result.chosen.value.length === 1);
    expect(push).not.toHaveBeenCalled();
    expect(replace).toHaveBeenCalledTimes(1);
  });
});
