import { readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { execa } from 'execa'
import type { HostFacts } from '../model/row.ts'

/** The machine that this process runs on. */
export async function readHost(): Promise<HostFacts> {
  return {
    cpuModel: cpus()[0]?.model.trim() || arch(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    os: osName(),
    kernel: release(),
    arch: arch(),
    node: process.version,
    virtualization: await virtualization(),
  }
}

/** Distribution as os-release(5) names it. */
function osName(): string {
  const name = /^PRETTY_NAME=(.*)$/m.exec(read('/etc/os-release'))?.[1]
  return name?.replace(/^(["'])(.*)\1$/, '$2') || type()
}

/** `none`, `kvm`, `docker` ..: systemd-detect-virt(1), else the product name where the CPU tells of a hypervisor. */
async function virtualization(): Promise<string | null> {
  // It prints `none` with exit code 1.
  const { stdout } = await execa('systemd-detect-virt', { reject: false })
  if (stdout) return stdout.trim()
  if (!/^flags\s*:.*\bhypervisor\b/m.test(read('/proc/cpuinfo'))) return null
  return read('/sys/class/dmi/id/product_name').trim() || 'hypervisor'
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/**
 * Names what may be compared: kind, topology, CPU model and cores, for instance `netns-redox-ha-intel-xeon-e5-2686-v4-2.30ghz-4c`.
 * Never the host's name, so that one build server of a pool is as good as another.
 */
export function environmentId(kind: string, topology: string | null, host: HostFacts): string {
  return [kind, topology, slug(host.cpuModel), `${host.cores}c`].filter(part => part !== null && part !== '').join('-')
}

/** The same for one case: a topology is named even where an experiment has several. One that a user named stays as it is. */
export function environmentIdOf(experiment: string, kind: string, topology: string | null, host: HostFacts): string {
  return experiment === environmentId(kind, null, host) ? environmentId(kind, topology, host) : experiment
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/\((r|tm|c)\)|\bcpu\b/g, ' ')
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '')
