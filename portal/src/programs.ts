// programs.ts -- mining programs, and how each is told server, user and algorithm.
//
// Flags and names of algorithms differ by program, not by coin: each program says its own.

export const devices = ['windows', 'linux', 'macos', 'pi', 'asic', 'rental'] as const
export type Device = (typeof devices)[number]

/** Whoever has no command line: their setting pages ask for server, user and password. */
export const hasCommand = (device: Device) => device !== 'asic' && device !== 'rental'

export interface Order {
  url: string
  user: string
  password: string
  threads: number | null
}

export interface Program {
  id: string
  title: string
  site: string
  devices: Device[]
  /** Our name of an algorithm to the program's. */
  algorithms: Record<string, string>
  file: string
  arguments: (algorithm: string, order: Order) => string[]
}

const classic = (algorithm: string, o: Order) => [
  ...['-a', algorithm, '-o', o.url, '-u', o.user, '-p', o.password],
  ...(o.threads ? ['-t', String(o.threads)] : []),
]

const all: Program[] = [
  {
    id: 'bitzeny-minerd',
    title: 'minerd (BitZeny)',
    site: 'https://github.com/BitzenyCoreDevelopers/cpuminer',
    devices: ['windows', 'linux', 'macos', 'pi'],
    algorithms: { yescryptr8: 'yescrypt' },
    file: 'minerd',
    arguments: classic,
  },
  {
    id: 'cpuminer-opt',
    title: 'cpuminer-opt',
    site: 'https://github.com/JayDDee/cpuminer-opt',
    devices: ['windows', 'linux'],
    algorithms: Object.fromEntries(
      ['yescryptr8', 'yescryptr8g', 'yescryptr16', 'yescryptr32', 'yespower', 'yespowerr16', 'scrypt', 'sha256d'].map(
        (name) => [name, name],
      ),
    ),
    file: 'cpuminer',
    arguments: classic,
  },
  {
    id: 'srbminer',
    title: 'SRBMiner-MULTI',
    site: 'https://github.com/doktor83/SRBMiner-Multi',
    devices: ['windows', 'linux'],
    algorithms: { yescryptr8: 'yescryptr8', yescryptr16: 'yescryptr16', yescryptr32: 'yescryptr32' },
    file: 'SRBMiner-MULTI',
    arguments: (algorithm, o) => [
      ...['--disable-gpu', '--algorithm', algorithm, '--pool', o.url, '--wallet', o.user, '--password', o.password],
      ...(o.threads ? ['--cpu-threads', String(o.threads)] : []),
    ],
  },
  {
    id: 'minerd',
    title: 'minerd (pooler)',
    site: 'https://github.com/pooler/cpuminer',
    devices: ['windows', 'linux', 'macos', 'pi'],
    algorithms: { scrypt: 'scrypt', sha256d: 'sha256d' },
    file: 'minerd',
    arguments: classic,
  },
  {
    id: 'bfgminer',
    title: 'BFGMiner',
    site: 'https://github.com/luke-jr/bfgminer',
    devices: ['windows', 'linux', 'macos', 'pi'],
    algorithms: { sha256d: '', scrypt: '--scrypt' },
    file: 'bfgminer',
    arguments: (flag, o) => [...(flag ? [flag] : []), '-o', o.url, '-u', o.user, '-p', o.password],
  },
]

export const programsFor = (device: Device, algorithm: string) =>
  all.filter((program) => program.devices.includes(device) && algorithm in program.algorithms)

export function commandOf(program: Program, device: Device, algorithm: string, order: Order): string {
  const file = device === 'windows' ? program.file + '.exe' : './' + program.file
  return [file, ...program.arguments(program.algorithms[algorithm]!, order)].join(' ')
}

/** A script that starts the program again when it ends. */
export function scriptOf(device: Device, command: string): { name: string; text: string } {
  if (device === 'windows')
    return {
      name: 'start.bat',
      text: ['@echo off', 'cd /d "%~dp0"', ':again', command, 'timeout /t 10', 'goto again', ''].join('\r\n'),
    }
  return {
    name: 'start.sh',
    text: ['#!/bin/sh', 'cd "$(dirname "$0")" || exit 1', 'while :; do', `  ${command}`, '  sleep 10', 'done', ''].join(
      '\n',
    ),
  }
}
