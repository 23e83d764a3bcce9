/** Only addresses of the web become links: another scheme could run something, or start a program. */
export const isWebLink = (text: string) => /^https?:\/\//i.test(text)
