import { useIsFetching, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';

import { siteClient } from './api/client.ts';
import { useIsConnectionLost } from './api/connection.ts';
import { isSignInProblem } from './api/page-error.ts';
import { endSession } from './api/extensions.ts';
import { signOut, useKey } from './api/session.ts';
import { ExportPage } from './export/export-page.tsx';
import { HistoryPage } from './history/history-page.tsx';
import { Announcer, announce } from './parts/announcer.tsx';
import { Link } from './parts/link.tsx';
import { Notice } from './parts/notice.tsx';
import { setTheme, type Theme, useTheme } from './parts/theme.ts';
import { queryClient } from './queries.ts';
import { NewExportPage } from './request/new-export-page.tsx';
import { readRoute, useLocation } from './routes.ts';
import { SignInDialog } from './sign-in/sign-in-dialog.tsx';
import { closeSignIn, openSignIn, useIsSignInOpen } from './sign-in/sign-in-state.ts';
import { useLoginLink } from './sign-in/use-login-link.ts';
import { siteSettings } from './site-settings.ts';
import { words } from './words/en.ts';

/** The page: what is at the address, below what is always there. */
export function App(): ReactNode {
  const { pathname } = useLocation();
  const route = readRoute(pathname);
  const isSignInOpen = useIsSignInOpen();
  const loginProblem = useLoginLink();
  useSignInWhenAsked();
  useNewPlace(route.page);
  return (
    <>
      <Header page={route.page} />
      <ConnectionNotice />
      {loginProblem !== null && <Notice tone="bad">{words.session.loginFailed(loginProblem)}</Notice>}
      {route.page === 'new' && <NewExportPage />}
      {route.page === 'exports' && <HistoryPage />}
      {route.page === 'export' && <ExportPage key={route.exportId} exportId={route.exportId} />}
      {isSignInOpen && <SignInDialog />}
      <Announcer />
    </>
  );
}

const titles: Readonly<Record<string, string>> = { new: words.newExport, exports: words.history };

/** Another place of the page has another title, and who follows a link there goes on at its heading. */
function useNewPlace(page: string): void {
  const before = useRef(page);
  useEffect(() => {
    const title = titles[page];
    // An export's own page has its name for a title.
    if (title !== undefined) document.title = `${title} – ${siteSettings.title}`;
    if (before.current !== page) document.querySelector<HTMLElement>('h1')?.focus();
    before.current = page;
  }, [page]);
}

function Header({ page }: { readonly page: string }): ReactNode {
  const key = useKey();
  const skip = (): void => document.querySelector<HTMLElement>('#main')?.focus();
  return (
    <header className="header">
      <button type="button" className="skip" onClick={skip}>
        {words.skip}
      </button>
      <Link to="" className="brand">
        <span className="brand-mark" aria-hidden="true" />
        <bdi>{siteSettings.title}</bdi>
      </Link>
      <nav aria-label={siteSettings.title}>
        <Link to="" className="nav-link" aria-current={page === 'new' ? 'page' : undefined}>
          {words.newExport}
        </Link>
        <Link to="exports" className="nav-link" aria-current={page === 'new' ? undefined : 'page'}>
          {words.history}
        </Link>
      </nav>
      <ThemeChoice />
      {siteSettings.needsKey && (
        <button
          type="button"
          className="button button-quiet button-small"
          onClick={() => {
            if (key === null) return openSignIn();
            // A site that does not answer, or a key that has ended, keeps nobody signed in.
            void endSession().catch(() => undefined);
            signOut();
            void queryClient.resetQueries();
          }}
        >
          {key === null ? words.signIn : words.signOut}
        </button>
      )}
    </header>
  );
}

function ThemeChoice(): ReactNode {
  const theme = useTheme();
  return (
    <select
      className="theme"
      aria-label={words.theme}
      value={theme}
      onChange={(event) => setTheme(event.target.value as Theme)}
    >
      {(['system', 'light', 'dark'] as const).map((one) => (
        <option key={one} value={one}>
          {words.themes[one]}
        </option>
      ))}
    </select>
  );
}

/** Says that the site does not answer, tries again, and says when it does. */
function ConnectionNotice(): ReactNode {
  const isLost = useIsConnectionLost();
  const isBusy = useIsFetching() > 0;
  useQuery({
    queryKey: ['ping'],
    enabled: isLost,
    refetchInterval: 3000,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      await siteClient().layers.list({ signal }).pageSize(1).first();
      return Date.now();
    },
  });
  useEffect(() => {
    if (!isLost) return undefined;
    return () => {
      announce(words.onlineAgain);
      void queryClient.refetchQueries({ predicate: ({ state }) => state.status === 'error' });
    };
  }, [isLost]);
  if (!isLost) return null;
  return (
    <div className="connection">
      <Notice tone="warn" isAlert>
        {words.offline}{' '}
        <button
          type="button"
          className="button button-small"
          aria-busy={isBusy}
          onClick={() => void queryClient.refetchQueries({ queryKey: ['ping'] })}
        >
          {words.retry}
        </button>
      </Notice>
    </div>
  );
}

/** Opens the dialog when the site asks for a key, or does not take the one that there is. */
function useSignInWhenAsked(): void {
  const key = useKey();
  useEffect(() => {
    if (siteSettings.needsKey && key === null) openSignIn();
    else closeSignIn();
  }, [key]);
  useEffect(
    () =>
      queryClient.getQueryCache().subscribe(({ type, query }) => {
        if (type === 'updated' && isSignInProblem(query.state.error) && siteSettings.needsKey) openSignIn();
      }),
    [],
  );
}
