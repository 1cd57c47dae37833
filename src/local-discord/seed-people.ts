/** Who lives in the seeded community, and what they said before you came. */

export interface SeedPerson {
  readonly username: string;
  readonly name: string;
  readonly locale: 'en-US' | 'zh-CN';
  readonly role?: 'Maintainer' | 'Moderator' | 'Helper' | 'Lender';
  readonly nick?: string;
}

/** The first is the owner. */
export const PEOPLE = {
  lin: { username: 'lin', name: 'Lin Yue 林月', locale: 'zh-CN', role: 'Moderator' },
  ana: { username: 'ana', name: 'Ana Duarte', locale: 'en-US', role: 'Maintainer' },
  jonas: { username: 'jonas', name: 'Jonas Berg', locale: 'en-US', role: 'Helper' },
  mia: { username: 'mia', name: 'Mia', locale: 'en-US' },
  zhou: { username: 'xiaozhou', name: '小周', locale: 'zh-CN' },
  ravi: { username: 'ravi', name: 'Ravi Nair', locale: 'en-US', role: 'Lender' },
  wang: { username: 'laowang', name: '老王', locale: 'zh-CN', role: 'Lender' },
} as const satisfies Record<string, SeedPerson>;

export type PersonKey = keyof typeof PEOPLE;

export interface SeedLine {
  readonly in: 'announcements' | 'general' | 'chinese' | 'lab' | 'staff';
  readonly by: PersonKey;
  /** Hours before now. */
  readonly ago: number;
  readonly text: string;
  readonly reactions?: Readonly<Record<string, readonly PersonKey[]>>;
  readonly pinned?: true;
  /** Answers the line before it in this channel. */
  readonly reply?: true;
}

export const LINES: readonly SeedLine[] = [
  {
    in: 'announcements',
    by: 'lin',
    ago: 170,
    text: '**Welcome to Skylark Cloud! 欢迎来到云雀云社区！**\nAn open cloud platform that fits on one machine: compute, storage and networks under one API.\n从一台主机开始的开源云平台：计算、存储、网络，一套 API。',
    reactions: { '🎉': ['ana', 'jonas', 'ravi', 'wang'], '🐦': ['zhou', 'mia'] },
    pinned: true,
  },
  {
    in: 'announcements',
    by: 'ana',
    ago: 52,
    text: 'Skylark 3.9 is out: live migration between local disks, and the management node now runs in pairs.\nRelease notes are in the repository; ask here if the upgrade stops halfway.',
    reactions: { '🚀': ['lin', 'jonas', 'wang'], '❤️': ['ravi'] },
  },
  {
    in: 'general',
    by: 'jonas',
    ago: 49,
    text: 'Upgraded our three hosts from 3.8 over lunch. The only thing I had to touch was the bridge name in the network file.',
    reactions: { '👍': ['ana', 'mia'] },
  },
  { in: 'general', by: 'ana', ago: 48.8, reply: true, text: 'That name should have been kept. Which distribution?' },
  { in: 'general', by: 'jonas', ago: 48.7, reply: true, text: 'Debian 12, with `br-lan` from before.' },
  {
    in: 'general',
    by: 'mia',
    ago: 20,
    text: 'Hi everyone! I have an old desktop with two cores and 4 GB. Is that enough for a first VM?',
    reactions: { '👋': ['jonas', 'lin'] },
  },
  {
    in: 'general',
    by: 'jonas',
    ago: 19.6,
    reply: true,
    text: 'It is: give the VM 512 MB and take the *minimal* image. Switch on virtualisation in the BIOS first.',
    reactions: { '🙏': ['mia'] },
  },
  {
    in: 'general',
    by: 'mia',
    ago: 3,
    text: 'Got as far as the network page. What is the difference between a flat and an isolated network?',
  },
  {
    in: 'chinese',
    by: 'zhou',
    ago: 26,
    text: '大家好，我是新来的。云主机创建好了，但是从外面连不上，安全组已经放开 22 端口。',
    reactions: { '👋': ['wang'] },
  },
  {
    in: 'chinese',
    by: 'wang',
    ago: 25.5,
    reply: true,
    text: '看一下物理机的网卡是不是加进了网桥：`ip link show master br-lan`。我当时就是卡在这里。',
    reactions: { '👍': ['zhou', 'lin'] },
  },
  { in: 'chinese', by: 'zhou', ago: 25, reply: true, text: '果然没有！加进去就通了，谢谢王哥。' },
  { in: 'chinese', by: 'wang', ago: 8, text: '3.9 里主存储换成 Ceph RBD 的同学，快照删除之后空间有回来吗？' },
  {
    in: 'lab',
    by: 'ravi',
    ago: 30,
    text: 'Four of our blades idle from 20:00 to 06:00 IST. Happy to lend them for testing, as long as nothing touches the storage network.',
    reactions: { '💚': ['ana', 'lin', 'jonas'] },
  },
  { in: 'lab', by: 'ana', ago: 29, reply: true, text: 'That would find in a night what takes us a week. Thank you!' },
  { in: 'lab', by: 'wang', ago: 12, text: '我机房晚上也有两台空闲的，64 核，可以借出来捉虫。' },
  {
    in: 'staff',
    by: 'lin',
    ago: 6,
    text: 'The bot is in. Next: `/setup`, then we point newcomers to the questions forum.',
    reactions: { '👀': ['ana'] },
  },
];
