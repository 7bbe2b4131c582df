import { defineConfig } from 'vite';

/** The page as static files. No inline script and no inlined file: the site's Content-Security-Policy allows neither. */
export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: 'manifest.json',
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      // Libraries mark modules for server rendering, which there is none of here.
      onwarn: (warning, warn) => (warning.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : warn(warning)),
    },
  },
});
