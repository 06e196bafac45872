import { afterEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import RunControls from '../src/run/RunControls.vue';
import { useCommands } from '../src/run/use-commands.js';
import { mount, unmountAll } from './mount.js';

afterEach(unmountAll);

const click = async (element: Element | null | undefined): Promise<void> => {
  (element as HTMLElement).click();
  await new Promise(setImmediate);
};
const button = (element: HTMLElement, text: string): HTMLButtonElement =>
  [...element.querySelectorAll('button')].find(({ textContent }) => textContent.trim() === text)!;

describe('the run controls', () => {
  function controls(status: 'running' | 'paused', answer: { ok: true } | { ok: false; error: string }) {
    const send = vi.fn(() => Promise.resolve(answer));
    const element = mount(RunControls, { commands: useCommands(() => 'run-1', send), status, learningRate: 0.1 });
    return { send, element };
  }

  it('pause a running run and resume a paused one', async () => {
    const running = controls('running', { ok: true });
    await click(button(running.element, 'Pause'));
    const paused = controls('paused', { ok: true });
    await click(button(paused.element, 'Resume'));
    expect(running.send).toHaveBeenCalledWith({
      commandId: expect.stringMatching(/^[0-9a-f]{32}$/),
      runId: 'run-1',
      type: 'pause',
    });
    expect(paused.send).toHaveBeenCalledWith(expect.objectContaining({ type: 'resume' }));
  });

  it('stop the run only after it was confirmed', async () => {
    const { send, element } = controls('running', { ok: true });
    await click(button(element, 'Stop…'));
    expect(element.querySelector('dialog')!.open).toBe(true);
    expect(send).not.toHaveBeenCalled();
    await click(button(element, 'Continue training'));
    expect(element.querySelector('dialog')!.open).toBe(false);
    await click(button(element, 'Stop…'));
    await click(button(element, 'Stop the run'));
    expect(send).toHaveBeenCalledTimes(1);
    expect(send).toHaveBeenCalledWith(expect.objectContaining({ type: 'stop' }));
  });

  it('show why a command was refused', async () => {
    const { element } = controls('running', { ok: false, error: 'the run has ended' });
    await click(button(element, 'Pause'));
    expect(element.querySelector('[role=alert]')!.textContent).toBe('Refused: the run has ended');
  });

  it('accept only a valid learning rate', async () => {
    const { send, element } = controls('running', { ok: true });
    const input = element.querySelector('input')!;
    const type = async (text: string): Promise<void> => {
      input.value = text;
      input.dispatchEvent(new Event('input'));
      await nextTick();
    };
    for (const invalid of ['0', '-1', 'NaN', '1e13', 'fast', '']) {
      await type(invalid);
      expect(button(element, 'Set').disabled, invalid).toBe(true);
    }
    await type('0.05');
    expect(button(element, 'Set').disabled).toBe(false);
    element.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true }));
    await new Promise(setImmediate);
    expect(send).toHaveBeenCalledWith(expect.objectContaining({ type: 'setLearningRate', learningRate: 0.05 }));
    expect(input.value).toBe('');
  });
});
