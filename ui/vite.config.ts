import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm run dev` finds the Archestra server. */
const server = process.env['ARCHESTRA_API_BASE_URL'] ?? 'http://127.0.0.1:9000';

export default defineConfig({
  plugins: [tanstackRouter({ target: 'react', autoCodeSplitting: true, quoteStyle: 'single' }), react(), tailwindcss()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    // The content security policy has no `data:` for fonts or scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    // The licences of what is bundled travel with it.
    license: { fileName: 'licenses.txt' },
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // The API's own description to read and try, at /docs.
      input: ['index.html', 'docs.html'],
      output: {
        // What every page needs comes in two files instead of thirty; pages and their own libraries stay apart.
        codeSplitting: {
          groups: [
            {
              name: 'framework',
              test: /node_modules[\\/](react|react-dom|scheduler|@tanstack[\\/](react-router|router-core|history|react-query|query-core))[\\/]/,
            },
            {
              name: 'shared',
              test: /src[\\/](api|lib|shell|components)[\\/](?!.*(command-palette|shortcut-help|data-table|segmented|switch|confirm-dialog))|node_modules[\\/](clsx|tailwind-merge|class-variance-authority|lucide-react)[\\/]/,
            },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: { '/api': server, '/v1': server, '/ready': server, '/health': server },
  },
});
