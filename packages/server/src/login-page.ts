/**
 * Asks for the token. The script takes it from the URL's fragment, which no browser sends or logs, or from the field, and
 * exchanges it for a cookie at `POST /session`.
 */
export const LOGIN_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>FDR</title>
<h1>FDR</h1>
<form>
<p><label>This server requires its token: <input name="token" type="password" autocomplete="off" required></label> <button>Log in</button></p>
<p role="alert"></p>
</form>
<script src="/login.js"></script>
</html>
`;

/** The script of `LOGIN_PAGE`, in a file of its own because the content security policy allows no inline script. */
export const LOGIN_SCRIPT = `const form = document.querySelector('form');
async function logIn(token) {
  const response = await fetch('/session', { method: 'POST', body: token, headers: { 'content-type': 'text/plain' } });
  if (response.ok) location.reload();
  else document.querySelector('[role=alert]').textContent = 'That is not the token.';
}
form.addEventListener('submit', (event) => {
  event.preventDefault();
  logIn(form.elements.token.value);
});
const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (token !== null) {
  history.replaceState(null, '', location.pathname + location.search);
  logIn(token);
}
`;
