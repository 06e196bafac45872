import { createApp, type Component, type Plugin } from 'vue';

const cleanups: (() => void)[] = [];

/** Mounts a component in the document, to be unmounted by `unmountAll`. */
export function mount(
  component: Component,
  props: Record<string, unknown> = {},
  plugins: readonly Plugin[] = [],
): HTMLElement {
  const element = document.body.appendChild(document.createElement('div'));
  const app = createApp(component, props);
  for (const plugin of plugins) app.use(plugin);
  app.mount(element);
  cleanups.push(() => {
    app.unmount();
    element.remove();
  });
  return element;
}

/** Unmounts everything that was mounted. */
export function unmountAll(): void {
  for (const cleanup of cleanups.splice(0)) cleanup();
}
