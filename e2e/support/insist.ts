import { setTimeout as delay } from 'node:timers/promises';

/** How long one waits for a site that is being killed and started again. */
const patienceMs = 60_000;

/** An answer that came at last. */
export interface InsistedAnswer {
  readonly status: number;
  readonly body: unknown;
  /** How often the connection failed, or the site said that it could not, before. */
  readonly failures: number;
}

/**
 * Asks until there is an answer: a site whose process is killed refuses connections or cuts them for a moment. What answers
 * 5xx is asked again, too: a database that is starting is no answer.
 */
export async function insist(url: string, init: RequestInit): Promise<InsistedAnswer> {
  const deadline = Date.now() + patienceMs;
  for (let failures = 0; ; failures += 1) {
    const answer = await ask(url, init);
    if (answer !== null && answer.status < 500) return { ...answer, failures };
    if (Date.now() > deadline) throw new Error(`no answer from ${url}: ${JSON.stringify(answer)}`);
    await delay(100);
  }
}

async function ask(url: string, init: RequestInit): Promise<{ status: number; body: unknown } | null> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  } catch {
    return null;
  }
}
