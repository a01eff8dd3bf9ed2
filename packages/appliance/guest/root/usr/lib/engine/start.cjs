// Starts the engine from its bundle with the compiled form that the image's builder left beside it.
// Compiling anew costs an emulated CPU half a second; a compiled form of another Node is refused by
// V8 itself, and then only that half second is lost.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const path = `${__dirname}/engine.cjs`;
// The same wrapper as in the builder, to the letter: V8 compares the source's length.
const source = `(function (exports, require, module) {${readFileSync(path, 'latin1')}\n})`;
const script = new Script(source, {
  filename: path,
  cachedData: readFileSync(`${__dirname}/engine.cache`),
});
script.runInThisContext()(exports, require, module);
