// The API as one person, or as nobody, sees it.

/** An error of the API (RFC 9457), or `offline` when there was no response. */
export class Problem extends Error {
  constructor(status, body = {}, retryAfter = null) {
    super(body.detail ?? body.title ?? 'Unexpected response.');
    Object.assign(this, { status, code: body.code ?? 'unknown', traceId: body.traceId, errors: body.errors ?? null, retryAfter });
  }

  static offline() {
    return new Problem(0, { code: 'offline', detail: 'The API does not answer. Check the connection; your text is kept.' });
  }
}

/** A random name for a request that creates something, so that repeating it creates one thing. */
export const newKey = () => [...crypto.getRandomValues(new Uint32Array(4))].map(part => part.toString(16).padStart(8, '0')).join('');

/** The requests that have no response yet; says `change`. Event streams are not counted. */
export const waiting = Object.assign(new EventTarget(), { count: 0 });

function count(change) {
  waiting.count += change;
  waiting.dispatchEvent(new Event('change'));
}

const STORED = 'rlschat.session';
const EARLY = 30_000;
const STATEMENTS = 'rlschat-statements';
const AFTER = 'rlschat-after';

// Where standbys answer: the newest transaction of this page, also before it was loaded again, and the newest event.
let [written, heard] = [sessionStorage.getItem(AFTER) ?? '', ''];
const after = () => [written, heard].filter(Boolean).join();

/** Reads from now on show what an event told of. */
export const heardOf = id => { heard = id.length < 1000 ? id : 'primary'; };

function wrote(number) {
  if (number && BigInt(number) > BigInt(written || 0)) {
    written = number;
    sessionStorage.setItem(AFTER, number);
  }
}

/** A sign-in with its tokens; without tokens, everybody. Says `ended` when it is over and `renewed` with new tokens. */
export class Session extends EventTarget {
  #tokens;
  #stored;
  #renewing = null;

  constructor(tokens = null, stored = false) {
    super();
    this.#stored = stored;
    this.#take(tokens);
  }

  /** The sign-in that this browser keeps, or everybody. */
  static kept() {
    try {
      return new Session(JSON.parse(localStorage.getItem(STORED)), true);
    } catch {
      return new Session();
    }
  }

  static async signIn(email, password, keep = false) {
    return new Session((await new Session().post('/auth/login', { email, password })).data, keep);
  }

  static async register(email, password) {
    return new Session((await new Session().post('/auth/register', { email, password })).data, true);
  }

  /** A person in whose name an operator reads: without a refresh token, without live events, and nothing can be written. */
  static async impersonate(operator, userId, reason) {
    const session = new Session((await operator.post('/impersonations', { userId, reason })).data);
    session.operator = operator;
    await session.reread();
    return session;
  }

  /** The tokens of a sign-in with GitHub that this browser has just finished. */
  static async exchange() {
    return new Session((await new Session().post('/auth/exchange')).data, true);
  }

  /** The person as GET /me answers, or null for everybody. */
  get user() {
    return this.#tokens?.user ?? null;
  }

  can(permission) {
    return this.user?.permissions.includes(permission) ?? false;
  }

  /** Reads the person again: their organization or role may have changed. */
  async reread() {
    const user = (await this.get('/me')).data;
    this.#take({ ...this.#tokens, user });
    this.dispatchEvent(new Event('renewed'));
    return user;
  }

  get(path, options) {
    return this.request('GET', path, options);
  }

  post(path, body, options) {
    return this.request('POST', path, { body, ...options });
  }

  /** Every item of a list, page by page, up to `most`; `more` is the cursor of what is left. */
  async list(path, most = 500, cursor = null) {
    const items = [];
    let timing;
    do {
      const page = await this.get(`${path}${path.includes('?') ? '&' : '?'}limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
      items.push(...page.data.items);
      cursor = page.data.nextCursor;
      timing = page.timing;
    } while (cursor && items.length < most);
    return { items, more: cursor, timing };
  }

  /** The addresses of the members of one's organization, by id. */
  async names() {
    const { organization } = this.user ?? {};
    const members = organization ? (await this.list(`/organizations/${organization.id}/members`).catch(() => ({ items: [] }))).items : [];
    return new Map(members.map(member => [member.id, member.email]));
  }

  /** One request. Throws a Problem. `shown`: with the SQL that ran, which only development tells. */
  async request(method, path, options) {
    count(1);
    return this.#request(method, path, options).finally(() => count(-1));
  }

  async #request(method, path, { body, key, signal, shown } = {}) {
    const response = await this.fetch(path, {
      method,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...(key && { 'idempotency-key': key }), ...(shown && { [STATEMENTS]: 'show' }) },
    });
    const text = await response.text().catch(() => { throw Problem.offline(); });
    const data = text && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text || null;
    const statements = JSON.parse(response.headers.get(STATEMENTS) ?? '[]');
    if (!response.ok) {
      throw Object.assign(new Problem(response.status, data ?? {}, Number(response.headers.get('retry-after')) || null), { statements });
    }

    return { status: response.status, data, statements, timing: response.headers.get('server-timing') };
  }

  /** A response, with a fresh access token. */
  async fetch(path, options = {}, again = true) {
    if (this.#tokens && Date.now() > this.#tokens.expires - EARLY) {
      await this.#renew();
    }

    const token = this.#tokens?.accessToken;
    let response;
    try {
      response = await fetch(path, { ...options, headers: { ...options.headers, ...(after() && { [AFTER]: after() }), ...(token && { authorization: `Bearer ${token}` }) } });
      wrote(response.headers.get(AFTER));
    } catch (error) {
      throw error.name === 'AbortError' ? error : Problem.offline();
    }

    if (response.status === 401 && token && again) {
      const { code } = await response.clone().json().catch(() => ({}));
      if (code === 'session_ended') {
        this.end();
      } else if (code === 'invalid_token' && await this.#renew()) {
        return this.fetch(path, options, false);
      }
    }

    return response;
  }

  /** Ends it at the API, too. `leaving`: the page is closed, so nobody waits for the response. */
  async signOut(leaving = false) {
    const refreshToken = this.#tokens?.refreshToken;
    this.end();
    if (refreshToken) {
      await fetch('/auth/logout', {
        method: 'POST', keepalive: leaving, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ refreshToken }),
      }).catch(() => {});
    }
  }

  /** It is over: everybody from now on. */
  end() {
    if (!this.#tokens) {
      return;
    }

    if (this.#stored && JSON.parse(localStorage.getItem(STORED))?.sign === this.#tokens.sign) {
      localStorage.removeItem(STORED);
    }

    this.#tokens = null;

    this.dispatchEvent(new Event('ended'));
  }

  #take(tokens) {
    // `sign` tells sign-ins apart, whatever tokens they have by now.
    this.#tokens = tokens && { expires: Date.now() + tokens.expiresIn * 1000, sign: newKey(), ...tokens };
    if (this.#stored && tokens) {
      localStorage.setItem(STORED, JSON.stringify(this.#tokens));
    }
  }

  /** New tokens; false when the sign-in is over. Several requests wait for one exchange. */
  #renew() {
    this.#renewing ??= this.#exchange().finally(() => { this.#renewing = null; });
    return this.#renewing;
  }

  async #exchange() {
    // Another tab may have renewed it: a refresh token is good once.
    const stored = this.#stored ? JSON.parse(localStorage.getItem(STORED)) : null;
    const kept = stored?.sign === this.#tokens.sign ? stored : this.#tokens;
    if (kept.accessToken !== this.#tokens.accessToken && kept.expires > Date.now() + EARLY) {
      this.#tokens = kept;
      return true;
    }

    if (this.operator) {
      this.end();
      return false;
    }

    try {
      const { refreshToken, sign } = kept;
      this.#take({ ...(await new Session().post('/auth/refresh', { refreshToken })).data, sign });
      this.dispatchEvent(new Event('renewed'));
      return true;
    } catch (problem) {
      if (problem.status === 401) {
        this.end();
        return false;
      }

      throw problem;
    }
  }
}

/** Calls back when another tab signs in or out. */
export const onOtherTab = act => addEventListener('storage', event => event.key === STORED && act(event.newValue ? JSON.parse(event.newValue) : null));
