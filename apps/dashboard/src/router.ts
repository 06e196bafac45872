import { createRouter, createWebHistory, type Router } from 'vue-router';
import type { Api } from './feed/api.js';
import LostPage from './pages/LostPage.vue';
import RunPage from './pages/RunPage.vue';
import RunsPage from './pages/RunsPage.vue';

/** The pages by their addresses. */
export function createPages(api: Api): Router {
  return createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', name: 'runs', component: RunsPage, props: { api } },
      {
        path: '/runs/:runId',
        name: 'run',
        component: RunPage,
        props: ({ params }) => ({ api, runId: params['runId'] }),
      },
      { path: '/:rest(.*)*', component: LostPage },
    ],
  });
}
