/** A systemd unit for the worker: least rights, back after a crash, and not in a circle when it ended for good. */
import type { Policy } from './policy.js';

export interface ServiceOptions {
  readonly node: string;
  readonly flock: string;
  readonly home: string;
  readonly user: string;
  readonly policy: Pick<Policy, 'cores' | 'memory_mb' | 'tier'>;
}

/** Exit code of a worker that must not be started again before somebody did something. */
export const ENDED = 3;

/** What the worker itself may take beside its jobs, MB. */
const OWN_MB = 256;

/** A word of a unit: whatever is in a path stands for itself. */
const word = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replace(/%/g, '%%').replace(/\$/g, '$$$$')}"`;
/** A path in a setting that is no command line. */
const path = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replace(/%/g, '%%')}"`;

export const systemdUnit = ({ node, flock, home, user, policy }: ServiceOptions): string => {
  const { cores, memory_mb, tier } = policy;
  // These lay something over /proc or /sys, and then the kernel lets no sandbox mount one of its own.
  const walls =
    tier === 'bubblewrap'
      ? []
      : ['ProtectKernelTunables=true', 'ProtectControlGroups=true', 'ProtectKernelLogs=true', 'ProtectHostname=true'];
  return `# Save as /etc/systemd/system/flock-worker.service, then: systemctl daemon-reload && systemctl enable --now flock-worker
# Print it again when your terms change: ${home}/policy.yaml
[Unit]
Description=Flock worker (啄木鸟): lends this machine to the test hunts of a community
After=network-online.target
Wants=network-online.target

[Service]
User=${user}
ExecStart=${word(node)} ${word(flock)} worker run --home ${word(home)}
WorkingDirectory=${path(home).slice(1, -1)}
Restart=on-failure
RestartSec=30
# 2: it is not enrolled. ${ENDED}: somebody has to do something first; its last line says what.
RestartPreventExitStatus=2 ${ENDED}
# Long enough to give its jobs back.
TimeoutStopSec=90
KillMode=mixed

# Your terms, held by the system as well.
MemoryMax=${memory_mb + OWN_MB}M
CPUQuota=${cores * 100}%
TasksMax=${256 * cores + 256}
OOMPolicy=continue
Nice=10
IOSchedulingClass=idle

NoNewPrivileges=true
ProtectSystem=strict
ReadWritePaths=${path(home)}
PrivateTmp=true
ProtectClock=true
ProtectKernelModules=true
RestrictSUIDSGID=true
RestrictRealtime=true
LockPersonality=true
CapabilityBoundingSet=
UMask=0077
${walls.map((line) => `${line}\n`).join('')}
[Install]
WantedBy=multi-user.target
`;
};
