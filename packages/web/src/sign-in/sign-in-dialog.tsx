import { Client, isExportsError } from '@outcrop/client';
import { type FormEvent, type ReactNode, useState } from 'react';

import { pageFetch } from '../api/page-fetch.ts';
import { isSignInProblem, messageOf } from '../api/page-error.ts';
import { signIn, useKey } from '../api/session.ts';
import { announce } from '../parts/announcer.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Notice } from '../parts/notice.tsx';
import { queryClient } from '../queries.ts';
import { siteSettings } from '../site-settings.ts';
import { words } from '../words/en.ts';
import { closeSignIn } from './sign-in-state.ts';

/** Asks for an API key, tries it, and keeps it. */
export function SignInDialog(): ReactNode {
  const hadKey = useKey() !== null;
  const [text, setText] = useState('');
  const [isRemembered, setRemembered] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [isTrying, setTrying] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const key = text.trim().replace(/^key\s+/i, '');
    if (!/^[0-9a-f]{32}$/i.test(key)) return setProblem(words.session.shape);
    setTrying(true);
    const refused = await tryKey(key);
    setTrying(false);
    if (refused !== null) return setProblem(refused);
    signIn(key, isRemembered);
    closeSignIn();
    announce(words.session.done);
    await queryClient.resetQueries();
  };
  return (
    <Dialog title={words.session.heading} onClose={closeSignIn}>
      <form onSubmit={(event) => void submit(event)}>
        <p>{hadKey ? words.session.expired : words.session.needed}</p>
        <div className="field">
          <label htmlFor="api-key">{words.session.key}</label>
          <input
            id="api-key"
            type="password"
            autoComplete="current-password"
            spellCheck={false}
            value={text}
            aria-invalid={problem !== null}
            aria-describedby="api-key-hint"
            onChange={(event) => setText(event.target.value)}
          />
          <p className="muted small" id="api-key-hint">
            {words.session.keyHint}
          </p>
        </div>
        {problem !== null && (
          <Notice tone="bad" isAlert>
            {problem}
          </Notice>
        )}
        <label className="check">
          <input
            type="checkbox"
            checked={isRemembered}
            onChange={(event) => setRemembered(event.target.checked)}
          />
          {words.session.remember}
        </label>
        <div className="button-row">
          <button type="submit" className="button button-primary" aria-busy={isTrying}>
            {words.signIn}
          </button>
          <button type="button" className="button" onClick={closeSignIn}>
            {words.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What is wrong with a key; null where it works. */
async function tryKey(key: string): Promise<string | null> {
  const { origin } = new URL(siteSettings.root);
  const client = new Client(origin, {
    apiKey: key,
    fetch: pageFetch,
    allowInsecure: true,
    retry: { retries: 0 },
  });
  try {
    await client.layers.list().pageSize(1).first();
    return null;
  } catch (error) {
    if (!isSignInProblem(error)) return messageOf(error);
    const lacksScope =
      isExportsError(error) && error.message.includes('scope') && !error.message.includes('not known');
    return lacksScope ? words.session.scope(error.message) : words.session.bad;
  }
}
