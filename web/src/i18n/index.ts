// SPDX-License-Identifier: Apache-2.0
import { computed } from 'vue'
import { createI18n, useI18n } from 'vue-i18n'
import { setApiLanguage, type Label } from '@/api/client'
import zh from './zh'

export type Locale = 'zh' | 'en'
const STORED = 'yunjian.locale'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh',
  fallbackLocale: 'zh',
  messages: { zh } as Record<string, typeof zh>,
})

export function storedLocale(): Locale {
  try {
    return localStorage.getItem(STORED) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

/** English is loaded when somebody wants it. */
export async function setLocale(locale: Locale): Promise<void> {
  if (locale === 'en' && !i18n.global.availableLocales.includes('en')) {
    i18n.global.setLocaleMessage('en', (await import('./en')).default)
  }
  i18n.global.locale.value = locale
  document.documentElement.lang = locale === 'zh' ? 'zh-CN' : 'en'
  setApiLanguage(locale)
  try {
    localStorage.setItem(STORED, locale)
  } catch {
    // a browser without storage forgets the choice, nothing more
  }
}

/** The translator, the language, and a label of the API in that language. */
export function useWords() {
  const { t, locale } = useI18n()
  const isZh = computed(() => locale.value === 'zh')
  const say = (label: Label | null | undefined): string =>
    label ? (isZh.value ? label.zh : label.en) || label.zh : ''
  return { t, locale, isZh, say }
}
