import { createRouter, createWebHistory, type Router } from 'vue-router';
import type { Api } from './feed/api.js';
import ComparePage from './pages/ComparePage.vue';
import FigurePage from './pages/FigurePage.vue';
import FiguresPage from './pages/FiguresPage.vue';
import NotFoundPage from './pages/NotFoundPage.vue';
import RunPage from './pages/RunPage.vue';
import RunsPage from './pages/RunsPage.vue';
import SweepPage from './pages/SweepPage.vue';

/** The router of the page: which address shows which component. */
export function createAppRouter(api: Api): Router {
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
      { path: '/compare', name: 'compare', component: ComparePage, props: { api } },
      { path: '/sweep', name: 'sweep', component: SweepPage, props: { api } },
      { path: '/figures', name: 'figures', component: FiguresPage, props: { api } },
      {
        path: '/figures/:figureId',
        name: 'figure',
        component: FigurePage,
        props: ({ params }) => ({ api, figureId: params['figureId'] }),
      },
      { path: '/:rest(.*)*', component: NotFoundPage },
    ],
  });
}
