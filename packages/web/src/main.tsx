import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './app.tsx';
import { applyTheme } from './parts/theme.ts';
import { askForCatalogue } from './catalogue/use-catalogue.ts';
import { queryClient } from './queries.ts';
import { readRoute } from './routes.ts';
import { installTrustedTypes } from './trusted-types.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/layout.css';

installTrustedTypes();
applyTheme();
if (readRoute(location.pathname).page === 'new') askForCatalogue();
const root = document.querySelector('#root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
