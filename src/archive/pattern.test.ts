import { expect, it } from 'vitest'
import { pathPattern } from './pattern.ts'

it.each([
  ['*.conf', ['a.conf', 'deep/in/b.conf', '.conf'], ['a.conf.old', 'conf']],
  ['node_modules', ['node_modules', 'web/node_modules'], ['node_modules.bak', 'a/node_modules/b']],
  ['node_modules/', ['node_modules', 'web/node_modules'], ['a/node_modules/b']],
  ['/top', ['top'], ['a/top']],
  ['sites/*', ['sites/a', 'sites/.b'], ['sites', 'sites/a/b', 'x/sites/a']],
  ['sites/**', ['sites/a', 'sites/a/b'], ['sites', 'x/sites/a']],
  ['a/**/z', ['a/z', 'a/b/z', 'a/b/c/z'], ['a/bz', 'b/z']],
  ['**/cache', ['cache', 'a/b/cache'], ['a/mycache']],
  ['file?', ['file1', 'a/fileé', 'file😀'], ['file', 'file/', 'file12']],
  ['[a-c]x', ['ax', 'cx'], ['dx']],
  ['[!a-c]x', ['dx'], ['ax', '/x']],
  ['*.{jpg,p?g}', ['a.jpg', 'b.png'], ['a.gif']],
  [String.raw`\*x`, ['*x'], ['ax']],
  ['a+(b).c', ['a+(b).c'], ['aab-c']],
  ['new?line', ['new\nline'], []],
  ['[', ['['], ['a']],
])('%s matches what it says, and nothing else', (pattern, matching, others) => {
  const regex = pathPattern(pattern)
  expect(matching.filter((path) => !regex.test(path))).toEqual([])
  expect(others.filter((path) => regex.test(path))).toEqual([])
})
