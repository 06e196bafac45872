import { figures } from '@fdr/figures';
import type { EventRecord } from '@fdr/records';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApp, defineComponent, h, nextTick, type Component } from 'vue';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { quadraticRun } from '../../../packages/figures/test/quadratic-run.js';
import DataTable from '../src/charts/DataTable.vue';
import { connectionText } from '../src/run/connection-text.js';
import EventList from '../src/run/EventList.vue';
import { keyNumbers } from '../src/run/key-numbers.js';
import RunControls from '../src/run/RunControls.vue';
import RunFacts from '../src/run/RunFacts.vue';
import { useCommands } from '../src/run/use-commands.js';
import { useView, type ChosenView } from '../src/run/use-view.js';
import { newestFirst, runRow } from '../src/runs/run-row.js';

const recorded = quadraticRun(12);
const open: (() => void)[] = [];
afterEach(() => open.splice(0).forEach((close) => close()));

function mount(component: Component, props: Record<string, unknown> = {}, router?: Router): HTMLElement {
  const place = document.body.appendChild(document.createElement('div'));
  const app = createApp(component, props);
  if (router) app.use(router);
  app.mount(place);
  open.push(() => {
    app.unmount();
    place.remove();
  });
  return place;
}

const click = async (element: Element | null | undefined): Promise<void> => {
  (element as HTMLElement).click();
  await new Promise(setImmediate);
};
const button = (place: HTMLElement, text: string): HTMLButtonElement =>
  [...place.querySelectorAll('button')].find(({ textContent }) => textContent?.trim() === text)!;

describe('names and messages of strangers', () => {
  const evil = '<img src=x onerror="document.title=1">';

  it('are text in events, tables and facts', () => {
    const at = { step: 1, epoch: 1, time: '2026-01-01T00:00:00.000Z' };
    const events: EventRecord[] = [{ ...at, type: 'warning', message: evil }];
    const table = { columns: [evil], rows: [[evil]] };
    const run = { ...recorded.run, config: { ...recorded.run.config, dataset: evil } };
    for (const place of [
      mount(EventList, { events }),
      mount(DataTable, { table, title: evil }),
      mount(RunFacts, { run }),
    ]) {
      expect(place.textContent).toContain(evil);
      expect(place.querySelector('img')).toBeNull();
    }
  });
});

describe('the controls', () => {
  function controls(status: 'running' | 'paused', answer: { ok: true } | { ok: false; error: string }) {
    const send = vi.fn(() => Promise.resolve(answer));
    const place = mount(RunControls, { commands: useCommands(() => 'run-1', send), status, learningRate: 0.1 });
    return { send, place };
  }

  it('pause a run that trains and resume one that pauses', async () => {
    const training = controls('running', { ok: true });
    await click(button(training.place, 'Pause'));
    const resting = controls('paused', { ok: true });
    await click(button(resting.place, 'Resume'));
    expect(training.send).toHaveBeenCalledWith({
      commandId: expect.stringMatching(/^[0-9a-f]{32}$/),
      runId: 'run-1',
      type: 'pause',
    });
    expect(resting.send).toHaveBeenCalledWith(expect.objectContaining({ type: 'resume' }));
  });

  it('stop only after the question was answered', async () => {
    const { send, place } = controls('running', { ok: true });
    await click(button(place, 'Stop…'));
    expect(place.querySelector('dialog')!.open).toBe(true);
    expect(send).not.toHaveBeenCalled();
    await click(button(place, 'Go on training'));
    expect(place.querySelector('dialog')!.open).toBe(false);
    await click(button(place, 'Stop…'));
    await click(button(place, 'Stop the run'));
    expect(send).toHaveBeenCalledTimes(1);
    expect(send).toHaveBeenCalledWith(expect.objectContaining({ type: 'stop' }));
  });

  it('show why a command was refused', async () => {
    const { place } = controls('running', { ok: false, error: 'the run has ended' });
    await click(button(place, 'Pause'));
    expect(place.querySelector('[role=alert]')!.textContent).toBe('Refused: the run has ended');
  });

  it('set only a learning rate that can be one', async () => {
    const { send, place } = controls('running', { ok: true });
    const input = place.querySelector('input')!;
    const type = async (text: string): Promise<void> => {
      input.value = text;
      input.dispatchEvent(new Event('input'));
      await nextTick();
    };
    for (const nonsense of ['0', '-1', 'NaN', '1e13', 'fast', '']) {
      await type(nonsense);
      expect(button(place, 'Set').disabled, nonsense).toBe(true);
    }
    await type('0.05');
    expect(button(place, 'Set').disabled).toBe(false);
    place.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true }));
    await new Promise(setImmediate);
    expect(send).toHaveBeenCalledWith(expect.objectContaining({ type: 'setLearningRate', learningRate: 0.05 }));
    expect(input.value).toBe('');
  });
});

describe('the view', () => {
  async function view(address: string): Promise<{ chosen: ChosenView; router: Router }> {
    let chosen: ChosenView | undefined;
    const Probe = defineComponent({
      setup() {
        chosen = useView();
        return () => h('i');
      },
    });
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: Probe }] });
    await router.push(address);
    mount(Probe, {}, router);
    return { chosen: chosen!, router };
  }
  const [loss] = figures;

  it('is read from the address', async () => {
    const { chosen } = await view('/?x=log&from=2&to=7.5&y-loss=linear');
    expect([chosen.x.value, chosen.range.value, chosen.y(loss!)]).toEqual(['log', { from: 2, to: 7.5 }, 'linear']);
  });

  it.each(['/?from=7&to=2', '/?from=x&to=2', '/?to=2', '/?from=-1&to=2', '/?from=1&to=Infinity&x=cubic'])(
    'makes nothing of %s',
    async (address) => {
      const { chosen } = await view(address);
      expect([chosen.x.value, chosen.range.value, chosen.y(loss!)]).toEqual(['linear', null, 'log']);
    },
  );

  it('is written to the address, and only where it differs from the usual', async () => {
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
});

it('key numbers say where a run stands', () => {
  const last = recorded.epochs.at(-1)!;
  const numbers = new Map(
    keyNumbers({ ...recorded, epochs: [...recorded.epochs], events: [...recorded.events], skipped: 0 }).map((n) => [
      n.name,
      n,
    ]),
  );
  expect(numbers.get('Epoch')).toMatchObject({ value: '12', note: 'of 12 · step 2,400' });
  expect(numbers.get('Learning rate')!.value).toBe(
    String(Number((0.1 * 0.9 ** recorded.events.length).toPrecision(4))),
  );
  expect(numbers.get('Test accuracy')!.value).toBe(`${(100 * last.testAccuracy).toFixed(2)} %`);
});

it('the valley floor is a key number in equilibrium alone', () => {
  const floor = (change: object) => {
    const epochs = [{ ...recorded.epochs[0]!, learningRate: 0.1, lossHalf: 0.5, oLHalf: 0.25, ...change }];
    const numbers = keyNumbers({ ...recorded, epochs, events: [], skipped: 0 });
    return numbers.find(({ name }) => name === 'Valley floor');
  };
  // 0.5 - 0.25 / 2; of the height of 0.125, half the rate gains a half.
  expect(floor({ oRHalf: 0.25, ratio: 1 })).toMatchObject({
    value: '0.375',
    note: '0.125 below the loss; half the rate gains 0.0625',
  });
  expect(floor({ oRHalf: 0.2, ratio: 1.25 })).toMatchObject({ value: '–', note: 'no estimate: not in equilibrium' });
});

it('the connection is told in words', () => {
  const since = new Date(2026, 0, 1, 9, 5, 7);
  expect(connectionText({ state: 'reconnecting', since }, 'running', true).text).toBe(
    'Connection lost at 09:05:07, trying again',
  );
  expect(connectionText({ state: 'gone', since }, 'running', true).tone).toBe('bad');
  expect(connectionText({ state: 'gone', since }, 'finished', true).text).toBe('Complete; the server has gone');
  expect(connectionText({ state: 'live' }, 'running', true).text).toBe('Live');
  expect(connectionText({ state: 'live' }, 'running', false).text).toBe('Live, trained by another process');
});

it('the newest run comes first, and a run without epochs has a row too', () => {
  const summary = (id: string, createdAt: string) => ({
    run: { ...recorded.run, id, name: '', createdAt },
    lastEpoch: null,
    bestTestAccuracy: null,
    controllable: false,
  });
  const sorted = newestFirst([
    summary('b', '2026-01-01T00:00:00.000Z'),
    summary('a', '2026-01-01T00:00:00.000Z'),
    summary('c', '2026-02-01T00:00:00.000Z'),
  ]);
  expect(sorted.map(({ run }) => run.id)).toEqual(['c', 'a', 'b']);
  expect(runRow(sorted[0]!)).toMatchObject({ name: 'c', epochs: '0 / 12', ratio: '–', best: '–' });
});
