import { config } from 'zod';

// Imported before any schema: the page's security policy forbids compiled validators, and even trying to make one is reported.
config({ jitless: true });
