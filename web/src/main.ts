// SPDX-License-Identifier: Apache-2.0
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { onPostChanged, onSessionLapsed } from '@/api/client'
import { i18n, setLocale, storedLocale } from '@/i18n'
import { hearTabs } from '@/lib/tabs'
import { router } from '@/router'
import { useSession } from '@/stores/session'
import App from './App.vue'
import './theme/main.scss'

async function start(): Promise<void> {
  await setLocale(storedLocale())
  const app = createApp(App).use(createPinia()).use(i18n)
  onSessionLapsed(() => {
    useSession().forget()
    const here = router.currentRoute.value
    if (here.name === 'login') return
    void router.push({ name: 'login', query: { return: here.fullPath, lapsed: '1' } })
  })
  const look = () => {
    const store = useSession()
    if (store.session && document.visibilityState === 'visible') {
      void store.refresh(true).catch(() => {})
    }
  }
  onPostChanged(look)
  window.addEventListener('focus', look)
  document.addEventListener('visibilitychange', look)
  hearTabs((news) => {
    if (news === 'entered') return look()
    useSession().leave()
    if (!router.currentRoute.value.meta.open) void router.push('/login')
  })
  app.use(router)
  await router.isReady()
  app.mount('#app')
}

void start()
