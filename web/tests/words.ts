// SPDX-License-Identifier: Apache-2.0
import { createI18n } from 'vue-i18n'
import en from '@/i18n/en'
import zh from '@/i18n/zh'

/** The translator of a language, as the pages use it. */
export function words(locale: 'zh' | 'en') {
  const { t } = createI18n({ legacy: false, locale, messages: { zh, en } }).global
  return (key: string, values: Record<string, unknown> = {}, plural = 2): string =>
    t(key, values, plural)
}
