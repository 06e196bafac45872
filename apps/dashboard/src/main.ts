import './zod-config.js';
import { createApp } from 'vue';
import App from './App.vue';
import { createApi } from './feed/api.js';
import { createAppRouter } from './router.js';
import './style.css';

createApp(App).use(createAppRouter(createApi())).mount('#app');
