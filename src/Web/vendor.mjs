// Copies what the page uses of npm's packages into src/Web/vendor, as modules that browsers load without a bundler:
// names of packages become paths.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';

const packages = new URL('../../node_modules/', import.meta.url);
const target = new URL('vendor/', import.meta.url);

// The file here, of which file of npm.
const modules = {
  'lit.js': 'lit/index.js',
  'reactive-element.js': '@lit/reactive-element/reactive-element.js',
  'css-tag.js': '@lit/reactive-element/css-tag.js',
  'lit-element.js': 'lit-element/lit-element.js',
  'lit-html.js': 'lit-html/lit-html.js',
  'is-server.js': 'lit-html/is-server.js',
  'directive.js': 'lit-html/directive.js',
  'directive-helpers.js': 'lit-html/directive-helpers.js',
  'repeat.js': 'lit-html/directives/repeat.js',
};

/** The file here that an import of a package, or of a neighbour in it, means. */
const local = name => `./${name.split('/').at(-1).replace(/\.js$/, '')}.js`;

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
for (const [file, source] of Object.entries(modules)) {
  const text = (await readFile(new URL(source, packages), 'utf8'))
    .replace(/(\bfrom|\bimport)"([^"]+)"/g, (_, word, name) => `${word}"${local(name)}"`)
    .replace(/\n\/\/# sourceMappingURL=.*/, '');
  for (const [, name] of text.matchAll(/\b(?:from|import)"\.\/([^"]+)"/g)) {
    if (!modules[name]) {
      throw new Error(`${source} imports ${name}, which is not copied`);
    }
  }

  await writeFile(new URL(file, target), text);
}

const plot = await readFile(new URL('uplot/dist/uPlot.iife.min.js', packages), 'utf8');
await writeFile(new URL('uplot.js', target), `${plot}\nexport default uPlot;\n`);
await writeFile(new URL('uplot.css', target), await readFile(new URL('uplot/dist/uPlot.min.css', packages)));
