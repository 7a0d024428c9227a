// SPDX-License-Identifier: Apache-2.0

/** The way back through a keyset list: the server only leads forward, so the cursors of the pages
 * already seen are remembered in this tab. A page reached by a link has no way back but the
 * first page. */

const PREFIX = 'yunjian.cursors.'

export interface Shelf {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

function read(shelf: Shelf, key: string): string[] {
  try {
    const list: unknown = JSON.parse(shelf.getItem(key) ?? '[]')
    return Array.isArray(list) ? list.map((one) => (typeof one === 'string' ? one : '')) : []
  } catch {
    return []
  }
}

/** cursor: what led to `page` (1 is the first; its cursor is empty). */
export function rememberCursor(
  box: string,
  limit: number,
  page: number,
  cursor: string,
  shelf: Shelf = sessionStorage,
): void {
  const key = `${PREFIX}${box}.${limit}`
  const list = read(shelf, key).slice(0, page - 1)
  while (list.length < page - 1) list.push('')
  list.push(cursor)
  shelf.setItem(key, JSON.stringify(list))
}

/** What leads to the page before; empty for the first page. */
export function cursorBefore(
  box: string,
  limit: number,
  page: number,
  shelf: Shelf = sessionStorage,
): string {
  return page <= 2 ? '' : (read(shelf, `${PREFIX}${box}.${limit}`)[page - 2] ?? '')
}
