/**
 * The folder that relative paths mean.
 * @module
 */

/** What is known at the start of a command. */
export interface CallPlace {
  readonly workingDirectory: string;
  /** `INIT_CWD`, which `deno task` and npm set to where the user called from. */
  readonly initCwd: string | undefined;
  /** Folder of the package, where its tasks run; undefined where it was loaded from a registry. */
  readonly packageFolder: string | undefined;
}

/**
 * The folder the user called from. `INIT_CWD` counts only where a task has moved us into the package's own
 * folder: it is inherited by whatever a task starts, and whoever changed folders since meant it.
 */
export function callFolder({ workingDirectory, initCwd, packageFolder }: CallPlace): string {
  if (initCwd === undefined || initCwd === "") return workingDirectory;
  return workingDirectory === packageFolder ? initCwd : workingDirectory;
}
