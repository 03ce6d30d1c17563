/**
 * Has a variable in this process's environment while `action` runs, and not after it. For libraries that take a setting from there
 * alone; `action` must not wait for anything, as others would see the variable meanwhile.
 */
export function withVariable<Result>(name: string, value: string, action: () => Result): Result {
  const before = process.env[name]
  process.env[name] = value
  try {
    return action()
  } finally {
    if (before === undefined) delete process.env[name]
    else process.env[name] = before
  }
}
