import type { MouseEvent, ReactNode } from 'react';

import { address, go } from '../routes.ts';

/** A link within the page: followed without loading it anew, and a real link for everything else that links can do. */
export function Link({
  to,
  children,
  ...rest
}: {
  readonly to: string;
  readonly children: ReactNode;
  readonly className?: string;
  readonly 'aria-current'?: 'page' | undefined;
}): ReactNode {
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={address(to)} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
