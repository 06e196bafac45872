import { config } from 'zod';

// This file must be imported before any schema. The page's security policy forbids compiled validators, and browsers report the mere attempt.
config({ jitless: true });
