// vue-tsc reads components as they are; to any other tool that reads TypeScript, a component is a component.
declare module '*.vue' {
  import type { Component } from 'vue';

  const component: Component;
  export default component;
}
