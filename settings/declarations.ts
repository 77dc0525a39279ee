import { dirname, join, relative } from "node:path";
import ts from "typescript";
import type { Plugin } from "vite";

const RELATIVE = /((?:from |import\()")(\.[^"]+?)\.tsx?(")/g;
const STYLES = /^import "[^"]+\.css";\n/gm;

/**
 * Writes the types of what a package exports beside its scripts: index.d.ts, and the files that it leads to.
 *
 * @param config path of a tsconfig.json whose program begins with index.ts
 */
export function declarations(config: string): Plugin {
  return {
    name: "declarations",
    generateBundle() {
      // For hosts whose TypeScript looks for what is imported for its effects alone.
      this.emitFile({ type: "asset", fileName: "styles.css.d.ts", source: "export {};\n" });
      for (const [fileName, source] of declarationsOf(config)) {
        this.emitFile({ type: "asset", fileName, source });
      }
    },
  };
}

/**
 * @returns the text of each file by its path below the program's root
 * @throws Error with what TypeScript has against the sources
 */
function declarationsOf(config: string): ReadonlyMap<string, string> {
  const { options, fileNames } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(config, ts.sys.readFile).config,
    ts.sys,
    dirname(config),
  );
  const program = ts.createProgram(fileNames, options);
  const emitted = new Map<string, string>();
  const { diagnostics } = program.emit(
    undefined,
    (path, text) => {
      emitted.set(relative(options.outDir ?? ".", path), forEveryResolution(text));
    },
    undefined,
    true,
  );
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (problems.length > 0) {
    throw new Error(ts.formatDiagnostics(problems, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: ts.sys.getCurrentDirectory,
      getNewLine: () => "\n",
    }));
  }
  const reached = new Map<string, string>();
  reach("index.d.ts", emitted, reached);
  return reached;
}

/** TypeScript leaves the names of sources in declarations, which not every module resolution takes to their types. */
function forEveryResolution(declaration: string): string {
  return declaration.replaceAll(RELATIVE, "$1$2.js$3").replaceAll(STYLES, "");
}

/** Adds a file and what it imports, so that the package has no types that nobody can see. */
function reach(path: string, emitted: ReadonlyMap<string, string>, reached: Map<string, string>): void {
  const text = emitted.get(path);
  if (text === undefined) throw new Error(`There are no types for ${path}.`);
  if (reached.has(path)) return;
  reached.set(path, text);
  for (const [, , name = ""] of text.matchAll(/((?:from |import\()")(\.[^"]+?)\.js"/g)) {
    reach(join(dirname(path), `${name}.d.ts`), emitted, reached);
  }
}
