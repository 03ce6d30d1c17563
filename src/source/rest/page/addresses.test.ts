import { describe, expect, it } from 'vitest'
import { address, openPages, seen } from './pages.fixture.ts'

const circles: unknown = expect.objectContaining({ code: 'wrong-content', message: expect.stringContaining('no end') })

describe('link', () => {
  const link = (target: string) => ({ headers: { link: `<${target}>; rel="next"` } })

  it('follows the Link header until there is none', () => {
    const pager = openPages({ kind: 'link' })
    expect(pager.first).toEqual({})
    expect(pager.after(seen([1], link('https://api.example/items?page=2')))).toEqual({
      next: { url: 'https://api.example/items?page=2' },
    })
    expect(pager.after(seen([2], link('/items?page=3')))).toEqual({ next: { url: '/items?page=3' } })
    expect(pager.after(seen([3]))).toEqual({ end: 'the server names no next page in its Link header', complete: true })
  })

  it('refuses an address that was there before, however it is written', () => {
    const pager = openPages({ kind: 'link' })
    pager.after(seen([1], link('https://api.example/items?page=2')))
    pager.after(seen([1], link('https://api.example/items?page=3')))
    expect(() => pager.after(seen([1], link('/items?page=2#x')))).toThrow(circles)
  })

  it('refuses the address of the page itself', () => {
    expect(() => openPages({ kind: 'link' }).after(seen([1], link('?state=all')))).toThrow(circles)
    expect(() => openPages({ kind: 'link' }).after(seen([1], link(address)))).toThrow(circles)
  })
})

describe('next-url', () => {
  const pages = () => openPages({ kind: 'next-url', at: 'links.next' })
  const next = (value: unknown) => seen([1], { body: { links: { next: value } } })

  it('follows an address, whole or relative', () => {
    expect(pages().after(next('https://api.example/items?after=x'))).toEqual({
      next: { url: 'https://api.example/items?after=x' },
    })
    expect(pages().after(next('?after=x'))).toEqual({ next: { url: '?after=x' } })
  })

  it.each([null, undefined, false, '', 0])('ends at %s', (value) => {
    expect(pages().after(next(value))).toMatchObject({ complete: true })
  })

  it.each([true, 1, {}, []])('refuses %s', (value) => {
    expect(() => pages().after(next(value))).toThrow('what is at links.next is no address')
  })

  it('refuses what cannot be an address', () => {
    expect(() => pages().after(next('http://'))).toThrow('what the server gives as the next address is none')
  })

  it('refuses an address that was there before, also with a redacted one beside it', () => {
    const pager = pages()
    const at = (url: string, value: unknown) => ({ ...next(value), url })
    pager.after(at('not an address', 'https://api.example/items?after=x'))
    expect(() => pager.after(at('not an address', 'https://api.example/items?after=x'))).toThrow(circles)
  })
})
