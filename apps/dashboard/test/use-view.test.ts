import { figures } from '@fdr/figures';
import { waitUntil } from '@fdr/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { defineComponent, h, shallowRef } from 'vue';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { useView, type ChosenView } from '../src/run/use-view.js';
import { mount, unmountAll } from './mount.js';

afterEach(unmountAll);

describe('the view of the figures', () => {
  async function view(address: string, end?: () => number): Promise<{ chosen: ChosenView; router: Router }> {
    let chosen: ChosenView | undefined;
    const Probe = defineComponent({
      setup() {
        chosen = useView(end);
        return () => h('i');
      },
    });
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: Probe }] });
    await router.push(address);
    mount(Probe, {}, [router]);
    return { chosen: chosen!, router };
  }
  const [loss] = figures;

  it('is read from the address', async () => {
    const { chosen } = await view('/?x=log&from=2&to=7.5&y-loss=linear');
    expect([chosen.x.value, chosen.range.value, chosen.y(loss!)]).toEqual(['log', { from: 2, to: 7.5 }, 'linear']);
  });

  it.each(['/?from=7&to=2', '/?from=x&to=2', '/?to=2', '/?from=-1&to=2', '/?from=1&to=Infinity&x=cubic'])(
    'is the default where the address is invalid: %s',
    async (address) => {
      const { chosen } = await view(address);
      expect([chosen.x.value, chosen.range.value, chosen.y(loss!)]).toEqual(['linear', null, 'log']);
    },
  );

  it('is written to the address only where it differs from the default', async () => {
    const { chosen, router } = await view('/');
    const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
    chosen.setRange({ from: 1.23456789, to: 20 });
    await settled();
    chosen.setX('log');
    await settled();
    chosen.setY(loss!, 'linear');
    await settled();
    expect(router.currentRoute.value.query).toEqual({ from: '1.23457', to: '20', x: 'log', 'y-loss': 'linear' });
    chosen.setRange(null);
    await settled();
    chosen.setX('linear');
    await settled();
    chosen.setY(loss!, 'log');
    await settled();
    expect(router.currentRoute.value.query).toEqual({});
  });

  it('follows the end of the run until a range is chosen', async () => {
    const end = shallowRef(30);
    const { chosen, router } = await view('/?tail=20', () => end.value);
    expect([chosen.follows.value, chosen.range.value]).toEqual([true, { from: 10, to: 30 }]);
    end.value = 45;
    expect(chosen.range.value).toEqual({ from: 25, to: 45 });
    end.value = 5;
    expect(chosen.range.value).toEqual({ from: 0, to: 5 });
    chosen.setRange({ from: 1, to: 2 });
    await waitUntil(() => !chosen.follows.value);
    expect(router.currentRoute.value.query).toEqual({ from: '1', to: '2' });
    chosen.follow(7.5);
    await waitUntil(() => chosen.follows.value);
    expect(router.currentRoute.value.query).toEqual({ tail: '7.5' });
  });

  it('leaves no entry in the browser’s history', async () => {
    const { chosen, router } = await view('/');
    const push = vi.spyOn(router, 'push');
    chosen.setX('log');
    await waitUntil(() => chosen.x.value === 'log');
    expect(push).not.toHaveBeenCalled();
  });
});
