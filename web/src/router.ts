// SPDX-License-Identifier: Apache-2.0
import { createRouter, createWebHistory } from 'vue-router'
import LoginPage from '@/pages/LoginPage.vue'
import Shell from '@/pages/Shell.vue'
import WorklistPage from '@/pages/WorklistPage.vue'
import { useSession } from '@/stores/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** May be seen without a session. */
    open?: boolean
    /** Message key of the window title. */
    title?: string
  }
}

const CASE = '/cases/:id(\\d+)'

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    {
      path: '/login',
      name: 'login',
      component: LoginPage,
      meta: { open: true, title: 'login.title' },
    },
    {
      path: '/activate',
      name: 'activate',
      component: () => import('@/pages/ActivatePage.vue'),
      meta: { open: true, title: 'activate.title' },
    },
    {
      path: '/',
      component: Shell,
      children: [
        { path: '', redirect: '/work/todo' },
        {
          path: 'work/:box(todo|done|mine|all)',
          name: 'work',
          component: WorklistPage,
        },
        {
          path: 'new',
          name: 'procedures',
          component: () => import('@/pages/ProceduresPage.vue'),
          meta: { title: 'create.title' },
        },
        {
          path: 'new/:procedure',
          name: 'new',
          component: () => import('@/pages/NewPage.vue'),
          meta: { title: 'create.title' },
        },
        {
          path: 'systems',
          name: 'systems',
          component: () => import('@/pages/SystemsPage.vue'),
          meta: { title: 'system.title' },
        },
        {
          path: 'systems/:id(\\d+)',
          name: 'system',
          component: () => import('@/pages/SystemPage.vue'),
        },
        {
          path: 'registers',
          name: 'registers',
          component: () => import('@/pages/RegistersPage.vue'),
          meta: { title: 'register.title' },
        },
        {
          path: 'registers/:register',
          name: 'register',
          component: () => import('@/pages/RegisterPage.vue'),
        },
        {
          path: 'reports/:report',
          name: 'report',
          component: () => import('@/pages/ReportPage.vue'),
        },
        {
          path: 'policies',
          name: 'policies',
          component: () => import('@/pages/PoliciesPage.vue'),
          meta: { title: 'policy.title' },
        },
        {
          path: 'policies/:policy/:articles(articles)?/:article?',
          name: 'policy',
          component: () => import('@/pages/PolicyPage.vue'),
          meta: { title: 'policy.title' },
        },
        {
          path: 'comparison',
          name: 'comparison',
          component: () => import('@/pages/ComparisonPage.vue'),
          meta: { title: 'compare.title' },
        },
        {
          path: 'notices',
          name: 'notices',
          component: () => import('@/pages/NoticesPage.vue'),
          meta: { title: 'notice.inbox' },
        },
        {
          path: 'delegations',
          name: 'delegations',
          component: () => import('@/pages/DelegationsPage.vue'),
          meta: { title: 'delegation.title' },
        },
        {
          path: 'further-materials',
          name: 'further',
          component: () => import('@/pages/FurtherPage.vue'),
          meta: { title: 'further.title' },
        },
        {
          path: `${CASE}/receipt`,
          name: 'receipt',
          component: () => import('@/pages/ReceiptPage.vue'),
          meta: { title: 'receipt.title' },
        },
        {
          path: `${CASE}/:tab(content|journal)?`,
          name: 'case',
          component: () => import('@/pages/CasePage.vue'),
        },
        {
          path: ':rest(.*)*',
          name: 'missing',
          component: () => import('@/pages/MissingPage.vue'),
        },
      ],
    },
  ],
})

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  // Without an answer of the server the login page says what is wrong.
  const found = await useSession()
    .find()
    .catch(() => null)
  return found ? true : { name: 'login', query: { return: to.fullPath } }
})

/** Only a path of this application is returned to, never another site. */
export function returnPath(wanted: unknown): string {
  const path = typeof wanted === 'string' ? wanted : ''
  return /^\/(?![/\\])/.test(path) && !path.startsWith('/login') ? path : '/work/todo'
}
