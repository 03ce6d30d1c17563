import { expect, it } from 'vitest'
import { contentOf } from './content.ts'
import { htmlPage } from './samples.fixture.ts'

it.each([
  ['[1]', 'json'],
  ['null', 'json'],
  [htmlPage, 'html'],
  ['  <html>', 'html'],
  ['<?xml version="1.0"?><posts/>', 'xml'],
  ['{"broken": ', 'text'],
  ['\u0000\u0001', 'binary'],
  [' \n', 'empty'],
  ['', 'empty'],
])('tells by the bytes what %j is', (text, content) => {
  expect(contentOf(Buffer.from(text))).toMatchObject({ content })
})
