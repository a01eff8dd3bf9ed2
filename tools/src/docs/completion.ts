import type { Command, OptionSpec } from '@hosted-engine/cli';

/** Programs that are one of the commands under a name of its own. */
const ALIASES: Readonly<Record<string, string>> = {
  deploy: 'ovirt-hosted-engine-setup',
  cleanup: 'ovirt-hosted-engine-cleanup',
};

/**
 * packaging/completion/hosted-engine.bash, from the table of commands. It needs bash alone: the package
 * bash-completion would split words at `=` for it, and is not everywhere.
 */
export function bashCompletion(
  commands: readonly Command[],
  answerNames: readonly string[],
): string {
  const cases = commands.map((command) => {
    const shorthand = command.options.find(({ name }) => name === command.shorthand);
    const words = ['--help', '--debug', ...command.options.map(optionWord)].join(' ');
    const values = shorthand === undefined ? '' : ` ${choicesOf(shorthand).join(' ')}`;
    return `    --${command.name}) echo "${words}${values}" ;;\n`;
  });
  const options = commands.flatMap((command) =>
    command.options
      .filter(({ value }) => value !== undefined)
      .map((option) => `    --${command.name}:--${option.name}) ${valuesOf(option)} ;;\n`),
  );
  const shorthands = commands.flatMap(({ name, shorthand, options: specs }) => {
    const option = specs.find((candidate) => candidate.name === shorthand);
    return option === undefined ? [] : [`    --${name}:--${name}) ${valuesOf(option)} ;;\n`];
  });
  const aliases = commands.flatMap(({ name }) => (ALIASES[name] === undefined ? [] : [name]));
  const words = commands.map(({ name, shorthand }) =>
    `--${name}${shorthand === undefined ? '' : ' '}`.trim(),
  );
  return SCRIPT.replace('@COMMANDS@', ['--help', ...words].join(' '))
    .replace('@OPTIONS@', cases.join(''))
    .replace('@VALUES@', [...new Set([...options, ...shorthands])].join(''))
    .replace('@ANSWERS@', [...answerNames].sort().join(' '))
    .replace(
      '@ALIASES@',
      aliases.map((name) => `    ${ALIASES[name]}) command=--${name} ;;\n`).join(''),
    )
    .replace('@PROGRAMS@', ['hosted-engine', ...aliases.map((name) => ALIASES[name])].join(' '));
}

function optionWord({ name, value }: OptionSpec): string {
  return value === undefined ? `--${name}` : `--${name}=`;
}

/** `global|local|none` are three words; `FILE` is none. */
function choicesOf({ value = '' }: OptionSpec): readonly string[] {
  return value.includes('|') ? value.split('|') : [];
}

function valuesOf(option: OptionSpec): string {
  const choices = choicesOf(option);
  if (choices.length > 0) return `echo "${choices.join(' ')}"`;
  if (option.value === 'KEY=VALUE') return '__hosted_engine_answers';
  return option.value === 'FILE' ? 'echo FILE' : ':';
}

const SCRIPT = `# Completion of hosted-engine and its companions for bash. Made by \`npm run docs\`; do not edit.

__hosted_engine_answers() {
  printf '%s= ' @ANSWERS@
}

# The options of a command.
__hosted_engine_options() {
  case $1 in
@OPTIONS@  esac
}

# The values of an option of a command; FILE for the name of a file.
__hosted_engine_values() {
  case $1:$2 in
@VALUES@  esac
}

__hosted_engine() {
  local line words=() current option='' value command='' candidates
  COMPREPLY=()
  # What is before the cursor, split at blanks only: bash itself splits at "=" too.
  line=\${COMP_LINE:0:COMP_POINT}
  read -ra words <<<"$line"
  case $line in
    *[[:space:]]) current='' ;;
    *) current=\${words[-1]}; unset 'words[-1]' ;;
  esac
  case \${words[0]##*/} in
@ALIASES@  esac
  [[ -z $command && \${#words[@]} -gt 1 ]] && command=\${words[1]%%=*}
  value=$current
  if [[ $current == --*=* ]]; then
    option=\${current%%=*}
    value=\${current#*=}
  elif [[ $current != -* && \${#words[@]} -gt 1 && \${words[-1]} == --* && \${words[-1]} != *=* ]]; then
    option=\${words[-1]}
  fi
  # The command itself may carry a value: --set-maintenance=global.
  [[ -z $command && -n $option ]] && command=$option
  candidates=$([[ -n $option ]] && __hosted_engine_values "$command" "$option")
  # What bash replaces is the part behind the "=", unless somebody has told it not to split there.
  local prefix=''
  [[ $current == --*=* && $COMP_WORDBREAKS != *=* ]] && prefix=$option=
  if [[ $candidates == FILE ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -P "$prefix" -f -- "$value")
    return
  fi
  if [[ -z $candidates && $current != --*=* ]]; then
    value=$current
    if [[ -z $command ]]; then
      candidates='@COMMANDS@'
    else
      candidates=$(__hosted_engine_options "$command")
    fi
  fi
  mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$candidates" -- "$value")
  # What ends with "=" goes on.
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}

complete -F __hosted_engine @PROGRAMS@
`;
