// SPDX-License-Identifier: Apache-2.0
import { ref } from 'vue'

/** What a page with its own subject puts into the window's title; empty: the route's title. */
export const pageTitle = ref('')
