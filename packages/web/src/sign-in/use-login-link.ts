import { useEffect, useState } from 'react';

import { redeemLogin } from '../api/extensions.ts';
import { messageOf } from '../api/page-error.ts';
import { signIn } from '../api/session.ts';
import { queryClient } from '../queries.ts';

/** Signs in with the code of a login link, which stands behind `#` and is taken out of the address at once. */
export function useLoginLink(): string | null {
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const code = /^#login=([\w-]{16,64})$/.exec(location.hash)?.[1];
    if (code === undefined) return;
    history.replaceState(null, '', location.pathname + location.search);
    redeemLogin(code).then(
      async (key) => {
        signIn(key, false);
        await queryClient.resetQueries();
      },
      (error: unknown) => setProblem(messageOf(error)),
    );
  }, []);
  return problem;
}
