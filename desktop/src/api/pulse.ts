/** A worker that only ticks: browsers slow the timers of a tab in the background, but not those of its workers. */

const EVERY_MS = 2_500
setInterval(() => postMessage(0), EVERY_MS)
export {}
