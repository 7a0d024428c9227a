// SPDX-License-Identifier: Apache-2.0
import { inject, provide, type InjectionKey } from 'vue'

const PLACE: InjectionKey<string> = Symbol('place')

/** Several forms may stand on one page: what lies within this one has ids of its own. */
export function providePlace(name: string): void {
  provide(PLACE, `${name}.`)
}

/** The id of an element here. */
export function usePlace(): (id: string) => string {
  const place = inject(PLACE, '')
  return (id) => place + id
}
