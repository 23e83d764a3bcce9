import { describe, expect, it } from 'vitest'
import { readersLocale } from '../src/format/locale'
import { dialable, isLikeNumber, phone, words } from '../src/format/number'
import { ago, clock, moment, secondsSince, secondsUntil, timeOfDay } from '../src/format/time'

describe('clock', () => {
  it.each([
    [0, '0:00'],
    [7.9, '0:07'],
    [761, '12:41'],
    [3723, '1:02:03'],
    [-5, '0:00'],
    [NaN, '0:00'],
  ])('%d s is %s', (seconds, text) => expect(clock(seconds)).toBe(text))
})

describe('instants', () => {
  const now = Date.parse('2026-11-21T10:00:00Z')
  it('counts from an instant', () => expect(secondsSince('2026-11-21T09:59:30.500Z', now)).toBe(29.5))
  it('never counts below zero', () => expect(secondsSince('2026-11-21T10:00:05Z', now)).toBe(0))
  it('counts down to an instant', () => expect(secondsUntil('2026-11-21T10:01:00Z', now)).toBe(60))
  it('takes what cannot be read as now', () => expect(secondsSince('yesterday', now)).toBe(0))
  it('says how long ago', () => expect(ago('2026-11-21T09:46:00Z', now, 'en')).toBe('14 minutes ago'))
  it('says it in Chinese', () => expect(ago('2026-11-20T10:00:00Z', now, 'zh-CN')).toBe('昨天'))
  it.each([
    // At 03:30 local time; what counts is the day of the reader's calendar, not the hours in between.
    [new Date(2026, 10, 20, 8, 57), '2 days ago', '前天'],
    [new Date(2026, 10, 21, 0, 1), 'yesterday', '昨天'],
    [new Date(2026, 10, 21, 23, 0), 'yesterday', '昨天'],
    [new Date(2026, 10, 21, 23, 50), '40 minutes ago', '40分钟前'],
    [new Date(2026, 10, 22, 1, 0), '2 hours ago', '2小时前'],
    [new Date(2026, 8, 20), '2 months ago', '2个月前'],
    [new Date(2024, 8, 20), '2 years ago', '2年前'],
  ])('counts days of the calendar: %s is %s', (at, english, chinese) => {
    const night = new Date(2026, 10, 22, at.getHours() === 23 && at.getMinutes() === 50 ? 0 : 3, 30).getTime()
    expect(ago(at.toISOString(), night, 'en')).toBe(english)
    expect(ago(at.toISOString(), night, 'zh-CN')).toBe(chinese)
  })
})

describe('whose dates', () => {
  it.each([
    ['en', ['en-GB', 'en-US', 'en'], 'en-GB'],
    ['en', ['de-DE', 'en-AU'], 'en-AU'],
    ['en', ['de-DE'], 'en'],
    ['en', ['en-US@posix'], 'en'],
    ['en', [], 'en'],
    ['zh-CN', ['en-GB', 'zh-TW'], 'zh-TW'],
    ['zh-CN', ['en-GB'], 'zh-CN'],
  ])('page in %s, browser in %j: %s', (page, preferred, locale) => expect(readersLocale(page, preferred)).toBe(locale))

  it.each([
    ['en-GB', '22 Nov 2026, 18:06', '18:06'],
    ['en-US', 'Nov 22, 2026, 6:06 PM', '6:06 PM'],
    ['zh-CN', '2026年11月22日 18:06', '18:06'],
  ])('%s writes %s', (locale, day, time) => {
    const at = new Date(2026, 10, 22, 18, 6).toISOString()
    expect(moment(at, locale).replaceAll('\u202f', ' ')).toBe(day)
    expect(timeOfDay(at, locale).replaceAll('\u202f', ' ')).toBe(time)
  })
})

describe('phone', () => {
  it.each([
    ['+442079460000', '+44 20 7946 0000'],
    ['+448081570100', '+44 808 157 0100'],
    ['+447700900123', '+44 7700 900 123'],
    ['+12025550123', '+1 202 555 0123'],
    ['+8613800138000', '+86 138 0013 8000'],
    ['+4930901820', '+49 309 018 20'],
    ['1001', '1001'],
    ['<b>', '<b>'],
  ])('%s is shown as %s', (number, text) => expect(phone(number)).toBe(text))

  it('keeps every digit of every length', () => {
    for (let length = 7; length <= 15; length++) {
      for (const start of ['1', '33', '44', '49', '86', '972']) {
        const number = `+${start.padEnd(length, '5')}`
        expect(phone(number).replaceAll(' ', '')).toBe(number)
      }
    }
  })
})

describe('dialable', () => {
  it.each([
    ['+44 20 7946 0000', '+442079460000'],
    ['+44 (20) 7946-0000', '+442079460000'],
    ['+44 (0)20 7946 0000', null],
    ['0044 20 7946 0000', null],
    ['02079460000', null],
    ['+44', null],
    ['call me', null],
  ])('%s is %s', (text, number) => expect(dialable(text)).toBe(number))
})

describe('isLikeNumber', () => {
  it.each([
    ['020 7946 0000', true],
    ['(020) 7946-0000', true],
    ['99', false],
    ['Support 2', false],
    ['', false],
  ])('%s: %s', (text, is) => expect(isLikeNumber(text)).toBe(is))
})

describe('words', () => {
  it.each([
    ['call_back_later', 'Call back later'],
    ['77-1402', '77-1402'],
    ['Wants a refund', 'Wants a refund'],
    ['退款', '退款'],
  ])('%s is shown as %s', (code, text) => expect(words(code)).toBe(text))
})
