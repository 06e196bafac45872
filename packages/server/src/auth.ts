import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import express, { type Express } from 'express';
import { secureHeaders } from './headers.js';
import { createErrorHandler } from './http-error.js';
import { LOGIN_PAGE, LOGIN_SCRIPT } from './login-page.js';
import { ServerError } from './server-error.js';

const MIN_TOKEN_LENGTH = 22;
const MAX_BODY_BYTES = 1024;

/** Token authentication: whoever knows the token may use the server. */
export interface Auth {
  /** Accepts the cookie that the login page sets, or `Authorization: Bearer TOKEN`. */
  isAuthorized(request: IncomingMessage): boolean;
  /**
   * Answers all unauthorized requests: a login page for pages, 401 for everything else. `POST /session` exchanges the token
   * for a cookie that scripts cannot read.
   */
  readonly loginApp: Express;
}

/** @returns a new random token of 192 bits, 32 characters that need no escaping in a URL */
export function makeToken(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * @param token the secret, at least 22 characters
 * @param onError called with errors that the client is not told
 * @throws {ServerError} if the token is too short to be hard to guess
 */
export function createAuth(token: string, onError: (error: unknown) => void): Auth {
  if (token.length < MIN_TOKEN_LENGTH)
    throw new ServerError(`the token must have at least ${MIN_TOKEN_LENGTH} characters, not ${token.length}`);
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  // Digests under a random key have equal lengths, and the time of their comparison reveals nothing of the texts.
  const isEqual = (text: string, expected: string): boolean => timingSafeEqual(digest(text), digest(expected));
  const sessionId = digest(`session of ${token}`).toString('base64url');

  function isAuthorized(request: IncomingMessage): boolean {
    const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return isEqual(bearer, token);
    const cookie = sessionCookie(request);
    return cookie !== undefined && isEqual(cookie, sessionId);
  }

  const loginApp = express().disable('x-powered-by').disable('etag').use(secureHeaders());
  loginApp.use((_, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  loginApp.post('/session', express.text({ limit: MAX_BODY_BYTES }), (request, response) => {
    if (typeof request.body !== 'string' || !isEqual(request.body, token)) {
      response.status(401).json({ error: 'that is not the token' });
      return;
    }
    response.cookie(cookieName(request), sessionId, { httpOnly: true, sameSite: 'strict' }).status(204).end();
  });
  loginApp.get('/login.js', (_, response) => {
    response.type('js').send(LOGIN_SCRIPT);
  });
  loginApp.use((request, response) => {
    const isPage = request.method === 'GET' && !/^\/(api|assets|socket\.io)\//.test(request.path);
    if (isPage && request.accepts('html')) response.status(401).type('html').send(LOGIN_PAGE);
    else response.status(401).json({ error: 'this server requires its token' });
  });
  loginApp.use(createErrorHandler(onError));
  return { isAuthorized, loginApp };
}

/** Browsers send a cookie to all ports of a host, so two servers on one machine need different names. */
function cookieName(request: IncomingMessage): string {
  return `fdr_${request.socket.localPort}`;
}

function sessionCookie(request: IncomingMessage): string | undefined {
  const prefix = `${cookieName(request)}=`;
  const cookies = (request.headers.cookie ?? '').split(/; */);
  return cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length);
}
