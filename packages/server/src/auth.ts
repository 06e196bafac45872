import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import express, { type Express } from 'express';
import { secureHeaders } from './headers.js';
import { createErrorHandler } from './http-error.js';
import { LOGIN_PAGE, LOGIN_SCRIPT } from './login-page.js';
import { ServerError } from './server-error.js';
import { tokenFault } from './token.js';

const MAX_BODY_BYTES = 1024;
/** A browser keeps a cookie of such a name only if it came over https, for this very host. */
const HOST_PREFIX = '__Host-';

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

/**
 * @param token the secret, 22 to 512 characters of ASCII
 * @param onError called with errors that the client is not told
 * @throws {ServerError} if the token is too short to be hard to guess, or no browser could send it
 */
export function createAuth(token: string, onError: (error: unknown) => void): Auth {
  const fault = tokenFault(token);
  if (fault !== undefined) throw new ServerError(`the token ${fault}`);
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  // Digests under a random key have equal lengths, and the time of their comparison reveals nothing of the texts.
  const isEqual = (text: string, expected: string): boolean => timingSafeEqual(digest(text), digest(expected));
  const sessionId = digest(`session of ${token}`).toString('base64url');

  function isAuthorized(request: IncomingMessage): boolean {
    const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return isEqual(bearer, token);
    // Another server of this host can set a cookie of the same name. Then a browser sends both, in an order that is not ours to choose.
    return sessionCookies(request).some((cookie) => isEqual(cookie, sessionId));
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
    const secure = request.headers.origin?.startsWith('https://') === true;
    const name = secure ? `${HOST_PREFIX}${cookieName(request)}` : cookieName(request);
    response.cookie(name, sessionId, { httpOnly: true, sameSite: 'strict', secure }).status(204).end();
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

/** The values of all cookies of this server's name, with and without the prefix. */
function sessionCookies(request: IncomingMessage): string[] {
  const names = [cookieName(request), `${HOST_PREFIX}${cookieName(request)}`];
  return (request.headers.cookie ?? '').split(/; */).flatMap((cookie) => {
    const end = cookie.indexOf('=');
    return names.includes(cookie.slice(0, Math.max(0, end))) ? [cookie.slice(end + 1)] : [];
  });
}
