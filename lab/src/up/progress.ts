const INTERESTING = /^\[ (INFO {2}\] (Creating|Starting|Configuring|Waiting|Engine)|WARNING|ERROR)/;

/** Steps with their seconds, one line each; a set-up's own stages are shown below its step. */
export interface Progress {
  step<T>(title: string, act: () => Promise<T>): Promise<T>;
  detail(line: string): void;
}

export function createProgress(write: (text: string) => void): Progress {
  const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(1);
  return {
    async step(title, act) {
      const started = performance.now();
      write(`==> ${title}\n`);
      const result = await act();
      write(`    ${seconds(started)} s\n`);
      return result;
    },
    detail: (line) => write(`    ${line}\n`),
  };
}

/** Passes on the lines that a person waiting wants to see: what is being done, warnings, errors. */
export function stageLines(name: string, show: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (INTERESTING.test(line)) {
        show(`${name} ${line}`);
      }
    }
  };
}
