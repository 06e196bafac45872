import type { Browser, Page } from '@playwright/test';

/** How fast a page was there. */
export interface FirstPaint {
  readonly milliseconds: number;
  /** That came over the network, as compressed as it came. */
  readonly bytes: number;
}

/** Opens a page in a new context, without a cache, and waits until it shows what is asked for. */
export async function openPage(
  browser: Browser,
  url: string,
  isThere: (page: Page) => Promise<unknown>,
): Promise<FirstPaint & { readonly page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  let bytes = 0;
  network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  const began = performance.now();
  await page.goto(url);
  await isThere(page);
  return { page, milliseconds: performance.now() - began, bytes };
}

/** Milliseconds from a click to the next change of an element's text that is on the screen. */
export function clickToChange(page: Page, button: string, changed: string): Promise<number> {
  return page.evaluate(
    ([clicked, watched]) =>
      new Promise<number>((resolve) => {
        const target = document.querySelector<HTMLElement>(clicked);
        const shown = document.querySelector(watched);
        if (!target || !shown) throw new Error(`there is no ${target ? watched : clicked}`);
        const began = performance.now();
        const before = shown.textContent;
        new MutationObserver(() => {
          if (document.querySelector(watched)?.textContent === before) return;
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
        target.click();
      }),
    [button, changed] as const,
  );
}

/** Frames a second while the wheel turns over a place, and the longest time between two of them in milliseconds. */
export async function framesWhileWheeling(
  page: Page,
  x: number,
  y: number,
  turns: number,
): Promise<{ readonly perSecond: number; readonly longest: number }> {
  await page.mouse.move(x, y);
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { frameTimes: times });
    const record = (time: number): void => {
      times.push(time);
      requestAnimationFrame(record);
    };
    requestAnimationFrame(record);
  });
  for (let turn = 0; turn < turns; turn += 1) {
    await page.mouse.wheel(0, turn % 20 < 10 ? -120 : 120);
    await page.waitForTimeout(16);
  }
  const times = await page.evaluate(() => Reflect.get(window, 'frameTimes') as number[]);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  return { perSecond: (1000 * gaps.length) / total, longest: Math.max(...gaps) };
}

/** When the page's number of the last epoch changed, and to what, as milliseconds since 1970. */
export async function epochTimes(page: Page, onEpoch: (epoch: number, time: number) => void): Promise<void> {
  await page.exposeFunction('reportEpoch', onEpoch);
  await page.evaluate(() => {
    let last = '';
    new MutationObserver(() => {
      const term = [...document.querySelectorAll('dt')].find(({ textContent }) => textContent === 'Epoch');
      const text = term?.nextElementSibling?.textContent ?? '';
      if (text === last) return;
      last = text;
      requestAnimationFrame(() =>
        (Reflect.get(window, 'reportEpoch') as (epoch: number, time: number) => void)(
          Number.parseInt(text),
          Date.now(),
        ),
      );
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}
