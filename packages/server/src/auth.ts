import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import express, { type Express } from 'express';
import { ServerError } from './server-error.js';
import { secureHeaders } from './headers.js';
import { answerErrors } from './request-error.js';

const MIN_TOKEN = 22;
const MAX_BODY = 1024;

/** Who knows the token may use the server. */
export interface Access {
  readonly token: string;
  /** A cookie that the entrance gave, or `Authorization: Bearer` with the token. */
  admits(request: IncomingMessage): boolean;
  /**
   * What everybody else is shown: a page that takes the token from the address's fragment (which no browser sends
   * or logs), or from a field, and exchanges it for a cookie that scripts can't read.
   */
  readonly entrance: Express;
}

/** 192 random bits. */
export function makeToken(): string {
  return randomBytes(24).toString('base64url');
}

/** @throws {ServerError} where the token is too short to be hard to guess */
export function createAccess(token: string, report: (error: unknown) => void): Access {
  if (token.length < MIN_TOKEN)
    throw new ServerError(`the token must have at least ${MIN_TOKEN} characters, not ${token.length}`);
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const expected = digest(token);
  // Digests of a random key: equal lengths, and their comparison says nothing of the texts.
  const isToken = (text: string): boolean => timingSafeEqual(digest(text), expected);
  // Cookies know no ports: two servers on one machine must not take each other's.
  const cookieName = (request: IncomingMessage): string => `fdr_${request.socket.localPort}`;
  const session = digest(`session of ${token}`).toString('base64url');

  function admits(request: IncomingMessage): boolean {
    const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return isToken(bearer);
    const cookies = (request.headers.cookie ?? '').split(/; */);
    const prefix = `${cookieName(request)}=`;
    const given = cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length);
    return given !== undefined && timingSafeEqual(digest(given), digest(session));
  }

  const entrance = express().disable('x-powered-by').disable('etag').use(secureHeaders());
  entrance.use((_, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  entrance.post('/session', express.text({ limit: MAX_BODY }), (request, response) => {
    if (typeof request.body !== 'string' || !isToken(request.body)) {
      response.status(401).json({ error: 'that is not the token' });
      return;
    }
    response.cookie(cookieName(request), session, { httpOnly: true, sameSite: 'strict' }).status(204).end();
  });
  entrance.get('/entrance.js', (_, response) => {
    response.type('js').send(ENTRANCE_SCRIPT);
  });
  entrance.use((request, response) => {
    const isPage = request.method === 'GET' && !/^\/(api|assets|socket\.io)\//.test(request.path);
    if (isPage && request.accepts('html')) response.status(401).type('html').send(ENTRANCE_PAGE);
    else response.status(401).json({ error: 'this server asks for its token' });
  });
  entrance.use(answerErrors(report));
  return { token, admits, entrance };
}

const ENTRANCE_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>FDR</title>
<h1>FDR</h1>
<form>
<p><label>This server asks for its token: <input name="token" type="password" autocomplete="off" required></label> <button>Enter</button></p>
<p role="alert"></p>
</form>
<script src="/entrance.js"></script>
</html>
`;

const ENTRANCE_SCRIPT = `const form = document.querySelector('form');
async function enter(token) {
  const answer = await fetch('/session', { method: 'POST', body: token, headers: { 'content-type': 'text/plain' } });
  if (answer.ok) location.reload();
  else document.querySelector('[role=alert]').textContent = 'That is not the token.';
}
form.addEventListener('submit', (event) => {
  event.preventDefault();
  enter(form.elements.token.value);
});
const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (token !== null) {
  history.replaceState(null, '', location.pathname + location.search);
  enter(token);
}
`;
