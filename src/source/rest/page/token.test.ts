import { describe, expect, it } from 'vitest'
import { openPages, seen } from './pages.fixture.ts'

describe('token', () => {
  const pages = () => openPages({ kind: 'token', at: 'data.after', param: 'after' })
  const token = (value: unknown) => seen([1], { body: { data: { after: value } } })

  it.each([
    ['t3_abc', 't3_abc'],
    [12, 12],
    ['0', '0'],
    [9007199254740993n, '9007199254740993'],
  ])('sends %s', (value, sent) => {
    const pager = pages()
    expect(pager.first).toEqual({})
    expect(pager.after(token(value))).toEqual({ next: { params: { after: sent } } })
  })

  it.each([null, undefined, false, '', 0])('ends at %s', (value) => {
    expect(pages().after(token(value))).toEqual({ end: 'the server gives no token at data.after', complete: true })
  })

  it.each([true, {}, ['a']])('refuses %s', (value) => {
    expect(() => pages().after(token(value))).toThrow('what is at data.after is no token')
  })

  it('refuses a number that JSON.parse has rounded', () => {
    const body: unknown = JSON.parse('{"data": {"after": 9007199254740993}}')
    expect(() => pages().after(seen([1], { body }))).toThrow('a number that JSON cannot hold exactly')
  })

  it('refuses a token that was there before, also as a number, and does not show it', () => {
    const pager = pages()
    pager.after(token('7'))
    pager.after(token('8'))
    const error: unknown = expect.objectContaining({
      code: 'wrong-content',
      message: 'the server leads back to a page that was there before: its pages have no end',
    })
    expect(() => pager.after(token(7))).toThrow(error)
  })
})

describe('header-token', () => {
  const pages = () => openPages({ kind: 'header-token', header: 'X-Next', param: 'cursor' })

  it('sends what the header holds, and ends without it', () => {
    const pager = pages()
    expect(pager.after(seen([1], { headers: { 'x-next': 'abc' } }))).toEqual({ next: { params: { cursor: 'abc' } } })
    expect(() => pager.after(seen([1], { headers: { 'x-next': 'abc' } }))).toThrow('no end')
    expect(pages().after(seen([1]))).toMatchObject({ complete: true })
    expect(pages().after(seen([1], { headers: { 'x-next': ' ' } }))).toMatchObject({ complete: true })
  })
})
