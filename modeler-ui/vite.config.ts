import { defineConfig } from 'vite'

/** `npm run build:web`; for work on the pages: `npx vite modeler-ui` beside a running `npm start`. */
export default defineConfig({
  base: '/modeler/',
  build: {
    target: 'es2022',
    // Every asset is a file with a hashed name: the Content-Security-Policy knows no data: fonts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/auth', '/oidc'].map((path) => [path, 'http://127.0.0.1:8080']),
    ),
  },
})
