// Live events (server-sent, with a bearer token, which EventSource cannot send).
import { heardOf } from './api.js';

const SILENCE = 40_000;
const PAUSES = [500, 1000, 2000, 5000, 10_000];

/**
 * Follows events until `signal` aborts: `hear(type, data)` for each, `tell('live' | 'waiting' | 'over')` for the connection.
 * After a gap it continues after the last event; while the page is hidden it rests, because a browser opens few connections.
 */
export async function follow(session, path, { hear, tell, signal }) {
  if (session.operator) {
    tell('over');
    return;
  }

  let last = null;
  for (let failures = 0; !signal.aborted;) {
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    const rest = () => document.hidden && stop();
    signal.addEventListener('abort', stop);
    addEventListener('offline', stop);
    document.addEventListener('visibilitychange', rest);
    try {
      const response = await session.fetch(path, {
        signal: attempt.signal, headers: { accept: 'text/event-stream', ...(last && { 'last-event-id': last }) },
      });
      if (response.status === 401 || response.status === 403 || response.status === 404) {
        tell('over');
        hear('end', { reason: 'not_found' });
        return;
      }

      if (!response.ok) {
        throw new Error(`${response.status}`);
      }

      tell('live');
      for await (const event of read(response.body, stop)) {
        failures = 0;
        last = event.id ?? last;
        if (last && !/^\d+$/.test(last)) {
          heardOf(last);
        }

        if (event.type === 'end' && ['session_ended', 'not_found'].includes(event.data.reason)) {
          tell('over');
          if (event.data.reason === 'session_ended') {
            session.end();
          }

          hear('end', event.data);
          return;
        }

        last = event.type === 'reset' ? null : last;
        hear(event.type, event.data);
      }
    } catch {
      // Whatever it was, another attempt follows.
    } finally {
      stop();
      signal.removeEventListener('abort', stop);
      removeEventListener('offline', stop);
      document.removeEventListener('visibilitychange', rest);
    }

    if (!signal.aborted) {
      tell('waiting');
      await pause(PAUSES[Math.min(failures++, PAUSES.length - 1)], signal);
    }
  }
}

/** Until the time is over, or the page is online or seen again; as long as it is hidden. */
async function pause(time, signal) {
  await new Promise(done => {
    const timer = setTimeout(() => document.hidden || done(), time);
    const wake = () => document.hidden || (clearTimeout(timer), done());
    addEventListener('online', wake, { once: true });
    document.addEventListener('visibilitychange', wake);
    signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
  });
}

async function* read(body, stop) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const timer = setTimeout(stop, SILENCE);
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) {
      return;
    }

    const blocks = (text + value).split(/\r?\n\r?\n/);
    text = blocks.pop();
    for (const block of blocks) {
      const event = parse(block);
      if (event) {
        yield event;
      }
    }
  }
}

function parse(block) {
  const event = { type: 'message', id: undefined, data: '' };
  for (const line of block.split(/\r?\n/)) {
    const [, field, value] = line.match(/^(\w+):? ?(.*)$/s) ?? [];
    if (field === 'event') {
      event.type = value;
    } else if (field === 'id') {
      event.id = value;
    } else if (field === 'data') {
      event.data += value;
    }
  }

  return event.data || event.type !== 'message' ? { ...event, data: json(event.data) } : null;
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
