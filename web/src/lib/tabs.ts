// SPDX-License-Identifier: Apache-2.0

/** What the tabs of one browser tell each other: they share one session.
 * entered: somebody logged in or took another post; logout: what is typed anywhere must go. */
export type News = 'entered' | 'logout'

let channel: BroadcastChannel | undefined

export function hearTabs(heard: (news: News) => void): void {
  channel = new BroadcastChannel('yunjian')
  channel.onmessage = (event: MessageEvent<News>) => heard(event.data)
}

export function tellTabs(news: News): void {
  channel?.postMessage(news)
}
