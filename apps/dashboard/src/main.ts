import './schema-library.js';
import { createApp } from 'vue';
import App from './App.vue';
import { createApi } from './feed/api.js';
import { createPages } from './router.js';
import './style.css';

createApp(App).use(createPages(createApi())).mount('#app');
