/* charts.js and what it imports -> dist/charts.js, one script that defines window.hune_charts. */
import { build } from 'esbuild';

await build({
  entryPoints: ['charts.js'],
  outfile: 'dist/charts.js.part',
  bundle: true,
  minify: true,
  format: 'iife',
  globalName: 'hune_charts',
  target: ['es2018'],
  charset: 'ascii',
  legalComments: 'inline',
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"' }
});
